package history

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

// Conversation is an entry of the list of conversations.
type Conversation struct {
	ID      string
	Title   string
	Updated time.Time // when the last message was added
}

// maxListed is the length of the list. Older conversations keep their address.
const maxListed = 1000

// Conversations lists the conversations, the latest first.
func (f *File) Conversations() (list []Conversation, err error) {
	err = f.withDB(func(db *sql.DB) error {
		rows, err := db.Query("SELECT id, title, updated FROM conversations ORDER BY updated DESC, rowid DESC LIMIT ?", maxListed)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var c Conversation
			var updated int64
			if err := rows.Scan(&c.ID, &c.Title, &updated); err != nil {
				return err
			}
			c.Updated = time.UnixMilli(updated)
			list = append(list, c)
		}
		return rows.Err()
	})
	return list, err
}

// Conversation finds one conversation, or ErrNotFound.
func (f *File) Conversation(id string) (c Conversation, err error) {
	c.ID = id
	err = f.withDB(func(db *sql.DB) error {
		var updated int64
		err := db.QueryRow("SELECT title, updated FROM conversations WHERE id = ?", id).Scan(&c.Title, &updated)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		c.Updated = time.UnixMilli(updated)
		return err
	})
	return c, err
}

// NewID returns a random id for a new conversation, which can be part of a URL.
func NewID() string { return strings.ToLower(rand.Text())[:16] }

// Rename changes the title of a conversation. Its error is ErrNotFound if there is none.
func (f *File) Rename(id, title string) error {
	return f.transaction(func(tx *sql.Tx) error {
		return found(tx.Exec("UPDATE conversations SET title = ? WHERE id = ?", Title(title), id))
	})
}

// Delete deletes a conversation, its messages and its draft, and overwrites them in the
// file. Its error is ErrNotFound if there is none.
func (f *File) Delete(id string) error {
	return f.transaction(func(tx *sql.Tx) error {
		if _, err := tx.Exec("DELETE FROM drafts WHERE conversation = ?", id); err != nil {
			return err
		}
		return found(tx.Exec("DELETE FROM conversations WHERE id = ?", id))
	})
}

// Draft returns the unsent message of a conversation ("" for a new one).
func (f *File) Draft(conversation string) (text string, err error) {
	err = f.withDB(func(db *sql.DB) error {
		err := db.QueryRow("SELECT text FROM drafts WHERE conversation = ?", conversation).Scan(&text)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return text, err
}

// SaveDraft saves an unsent message. For a conversation that does not exist it does nothing.
func (f *File) SaveDraft(conversation, text string) error {
	return f.transaction(func(tx *sql.Tx) error {
		if text == "" {
			_, err := tx.Exec("DELETE FROM drafts WHERE conversation = ?", conversation)
			return err
		}
		_, err := tx.Exec(`INSERT INTO drafts (conversation, text)
			SELECT ?1, ?2 WHERE ?1 = '' OR EXISTS (SELECT 1 FROM conversations WHERE id = ?1)
			ON CONFLICT DO UPDATE SET text = excluded.text`, conversation, text)
		return err
	})
}

// Title makes a title of a text: its first non-empty line, at most 60 characters.
func Title(text string) string {
	const limit = 60
	title := "New conversation"
	for line := range strings.Lines(text) {
		if words := strings.Join(strings.Fields(line), " "); words != "" {
			title = words
			break
		}
	}
	if utf8.RuneCountInString(title) <= limit {
		return title
	}
	cut := string([]rune(title)[:limit-1])
	if space := strings.LastIndexByte(cut, ' '); space > limit/2 {
		cut = cut[:space]
	}
	return cut + "…"
}

// found returns ErrNotFound if no row was changed.
func found(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	if count, err := result.RowsAffected(); err != nil || count > 0 {
		return err
	}
	return ErrNotFound
}
