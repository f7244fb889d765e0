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
	Deleted time.Time // zero if it is not
	Options
}

// Options are the user's choices for one conversation.
type Options struct {
	Model        string `json:"model"`        // "" for that of the settings
	Instructions string `json:"instructions"` // system prompt
	Workflow     bool   `json:"workflow"`     // its answers are to be workflow files
}

const conversationColumns = "id, title, updated, deleted, model, instructions, workflow"

func scanConversation(row interface{ Scan(...any) error }, more ...any) (c Conversation, err error) {
	var updated, deleted int64
	err = row.Scan(append([]any{&c.ID, &c.Title, &updated, &deleted, &c.Model, &c.Instructions, &c.Workflow}, more...)...)
	c.Updated = time.UnixMilli(updated)
	if deleted != 0 {
		c.Deleted = time.UnixMilli(deleted)
	}
	return c, err
}

// Conversations lists at most limit conversations, the latest first.
func (f *File) Conversations(limit int) ([]Conversation, error) {
	return f.list("WHERE deleted = 0 ORDER BY updated DESC, rowid DESC LIMIT ?", limit)
}

// Deleted lists the conversations that can be restored, the last deleted first.
func (f *File) Deleted() ([]Conversation, error) {
	return f.list("WHERE deleted != 0 ORDER BY deleted DESC")
}

func (f *File) list(which string, args ...any) (list []Conversation, err error) {
	err = f.withDB(func(db *sql.DB) error {
		rows, err := db.Query("SELECT "+conversationColumns+" FROM conversations "+which, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			c, err := scanConversation(rows)
			if err != nil {
				return err
			}
			list = append(list, c)
		}
		return rows.Err()
	})
	return list, err
}

// Conversation finds one conversation, or ErrNotFound. A deleted one is not found.
func (f *File) Conversation(id string) (c Conversation, err error) {
	err = f.withDB(func(db *sql.DB) error {
		c, err = scanConversation(db.QueryRow("SELECT "+conversationColumns+" FROM conversations WHERE id = ? AND deleted = 0", id))
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		return err
	})
	return c, err
}

// SetOptions changes the options of a conversation. Its error is ErrNotFound if there is none.
func (f *File) SetOptions(id string, o Options) error {
	return f.transaction(func(tx *sql.Tx) error {
		return found(tx.Exec("UPDATE conversations SET model = ?, instructions = ?, workflow = ? WHERE id = ?", o.Model, o.Instructions, o.Workflow, id))
	})
}

// NewID returns a random id for a new conversation, which can be part of a URL.
func NewID() string { return strings.ToLower(rand.Text())[:16] }

// Rename changes the title of a conversation. Its error is ErrNotFound if there is none.
func (f *File) Rename(id, title string) error {
	return f.transaction(func(tx *sql.Tx) error {
		return found(tx.Exec("UPDATE conversations SET title = ? WHERE id = ?", Title(title), id))
	})
}

// Delete takes a conversation out of the list until it is restored or purged. Its error is
// ErrNotFound if there is none.
func (f *File) Delete(id string) error {
	return f.transaction(func(tx *sql.Tx) error {
		return found(tx.Exec("UPDATE conversations SET deleted = ? WHERE id = ? AND deleted = 0", time.Now().UnixMilli(), id))
	})
}

// Restore undoes Delete. Its error is ErrNotFound if the conversation was purged.
func (f *File) Restore(id string) error {
	return f.transaction(func(tx *sql.Tx) error {
		return found(tx.Exec("UPDATE conversations SET deleted = 0 WHERE id = ?", id))
	})
}

// Purge removes the conversations that were deleted before a time, with their messages and
// drafts, and overwrites them in the file.
func (f *File) Purge(before time.Time) error {
	return f.transaction(func(tx *sql.Tx) error {
		const old = "(SELECT id FROM conversations WHERE deleted BETWEEN 1 AND ?)"
		if _, err := tx.Exec("DELETE FROM drafts WHERE conversation IN "+old, before.UnixMilli()); err != nil {
			return err
		}
		_, err := tx.Exec("DELETE FROM conversations WHERE id IN "+old, before.UnixMilli())
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
