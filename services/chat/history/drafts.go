package history

import (
	"database/sql"
	"time"
)

// Draft is a message that was not sent, of one tab of the browser.
type Draft struct {
	Tab  string `json:"tab"`
	Text string `json:"text"`
}

// maxDrafts is how many drafts of one conversation are kept: tabs that are gone leave theirs.
const maxDrafts = 20

// Drafts returns the unsent messages of a conversation ("" for a new one), the latest first.
func (f *File) Drafts(conversation string) (list []Draft, err error) {
	err = f.withDB(func(db *sql.DB) error {
		rows, err := db.Query("SELECT tab, text FROM drafts WHERE conversation = ? ORDER BY saved DESC", conversation)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var d Draft
			if err := rows.Scan(&d.Tab, &d.Text); err != nil {
				return err
			}
			list = append(list, d)
		}
		return rows.Err()
	})
	return list, err
}

// SaveDraft saves the unsent message of a tab; replaces, if not nil, is a tab that is gone
// and whose draft this one takes over. For a conversation that does not exist it does nothing.
func (f *File) SaveDraft(conversation string, d Draft, replaces *string) error {
	return f.transaction(func(tx *sql.Tx) error {
		if replaces != nil {
			if _, err := tx.Exec("DELETE FROM drafts WHERE conversation = ? AND tab = ?", conversation, *replaces); err != nil {
				return err
			}
		}
		if d.Text == "" {
			_, err := tx.Exec("DELETE FROM drafts WHERE conversation = ? AND tab = ?", conversation, d.Tab)
			return err
		}
		if _, err := tx.Exec(`INSERT INTO drafts (conversation, tab, text, saved)
			SELECT ?1, ?2, ?3, ?4 WHERE ?1 = '' OR EXISTS (SELECT 1 FROM conversations WHERE id = ?1)
			ON CONFLICT DO UPDATE SET text = excluded.text, saved = excluded.saved`, conversation, d.Tab, d.Text, time.Now().UnixMilli()); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM drafts WHERE conversation = ?1 AND tab NOT IN
			(SELECT tab FROM drafts WHERE conversation = ?1 ORDER BY saved DESC LIMIT ?2)`, conversation, maxDrafts)
		return err
	})
}
