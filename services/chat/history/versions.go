package history

import (
	"database/sql"
	"errors"
	"time"
)

// Versions: a message that is edited, and an answer that is tried again, stay in the file
// beside the new one.

// EditQuestion adds another version of a message of the user, with an empty answer of model,
// which it returns. What followed the old version stays with it. Its error is ErrNotFound if
// there is no such message.
func (f *File) EditQuestion(conversation string, question int64, text, model string) (answer Message, err error) {
	err = f.transaction(func(tx *sql.Tx) error {
		parent, err := parentOf(tx, conversation, question, User)
		if err != nil {
			return err
		}
		now := time.Now()
		if err := touch(tx, conversation, now); err != nil {
			return err
		}
		answer, err = addTurn(tx, conversation, parent, text, model, now)
		return err
	})
	return answer, err
}

// AnotherAnswer adds an empty answer of model beside an answer, and returns it. Its error is
// ErrNotFound if there is no such answer.
func (f *File) AnotherAnswer(conversation string, old int64, model string) (answer Message, err error) {
	err = f.transaction(func(tx *sql.Tx) error {
		parent, err := parentOf(tx, conversation, old, Assistant)
		if err != nil {
			return err
		}
		answer, err = add(tx, conversation, parent, Message{Role: Assistant, State: Writing, Model: model, Created: time.Now()})
		return err
	})
	return answer, err
}

// Choose shows one of the versions of a message, with what followed it. Its error is
// ErrNotFound if there is no such message.
func (f *File) Choose(conversation string, message int64) error {
	return f.transaction(func(tx *sql.Tx) error {
		parent, err := parentOf(tx, conversation, message, "")
		if err != nil {
			return err
		}
		_, err = tx.Exec("UPDATE messages SET chosen = (id = ?1) WHERE conversation = ?2 AND parent = ?3", message, conversation, parent)
		return err
	})
}

// Omit keeps messages from being sent to the model, or has them sent again. They stay in the
// conversation.
func (f *File) Omit(conversation string, omitted bool, messages ...int64) error {
	return f.transaction(func(tx *sql.Tx) error {
		for _, message := range messages {
			if err := found(tx.Exec("UPDATE messages SET omitted = ? WHERE conversation = ? AND id = ?", omitted, conversation, message)); err != nil {
				return err
			}
		}
		return nil
	})
}

// parentOf is the parent of a message of a role ("" for any).
func parentOf(tx *sql.Tx, conversation string, message int64, role Role) (parent int64, err error) {
	err = tx.QueryRow("SELECT parent FROM messages WHERE conversation = ?1 AND id = ?2 AND (role = ?3 OR ?3 = '')", conversation, message, role).Scan(&parent)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNotFound
	}
	return parent, err
}
