package history

import (
	"database/sql"
)

// Names of settings.
const (
	address  = "server address"
	key      = "server key"
	model    = "model"
	setAside = "damaged file set aside"
)

// Settings are the user's choices.
type Settings struct {
	Address string // base address of the model server; "" if none was chosen
	Key     string // its key, or ""
	Model   string
	// SetAside is the new path of a damaged file, until the user dismisses the notice.
	SetAside string
}

// Settings reads the settings.
func (f *File) Settings() (s Settings, err error) {
	err = f.withDB(func(db *sql.DB) error {
		rows, err := db.Query("SELECT name, value FROM settings")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name, value string
			if err := rows.Scan(&name, &value); err != nil {
				return err
			}
			switch name {
			case address:
				s.Address = value
			case key:
				s.Key = value
			case model:
				s.Model = value
			case setAside:
				s.SetAside = value
			}
		}
		return rows.Err()
	})
	return s, err
}

// SaveSettings saves the settings. A key that is replaced is overwritten in the file.
func (f *File) SaveSettings(s Settings) error {
	return f.transaction(func(tx *sql.Tx) error {
		for name, value := range map[string]string{address: s.Address, key: s.Key, model: s.Model, setAside: s.SetAside} {
			if err := putSetting(tx, name, value); err != nil {
				return err
			}
		}
		return nil
	})
}

type executor interface {
	Exec(query string, args ...any) (sql.Result, error)
}

// putSetting saves one setting; "" deletes it.
func putSetting(to executor, name, value string) error {
	if value == "" {
		_, err := to.Exec("DELETE FROM settings WHERE name = ?", name)
		return err
	}
	_, err := to.Exec("INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", name, value)
	return err
}
