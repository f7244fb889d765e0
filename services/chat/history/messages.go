package history

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"agents-tray/manager/control"
)

// Role is the author of a message, as in the protocol.
type Role string

// Roles.
const (
	User      Role = "user"
	Assistant Role = "assistant"
)

// State is the state of an answer.
type State string

// States. A message of the user is always Complete. An answer that is Writing when the Chat
// starts was interrupted; the file is not changed for that.
const (
	Writing     State = "writing"
	Complete    State = "complete"
	Truncated   State = "cut"         // at the server's length limit
	Stopped     State = "stopped"     // by the user
	Interrupted State = "interrupted" // by the end of the Chat
	Failed      State = "failed"      // Problem says why
)

// Message is one turn of a conversation.
type Message struct {
	ID        int64
	Role      Role
	Text      string
	Reasoning string // what a model wrote before its answer
	State     State
	Problem   *control.Problem // of a failed answer
	Model     string           // that answered
	Created   time.Time        // of an answer: when it, or its rest, was requested
	Finished  time.Time        // zero while it is written
}

// Messages returns a conversation's messages in order. A conversation that does not exist
// has none.
func (f *File) Messages(conversation string) (list []Message, err error) {
	err = f.withDB(func(db *sql.DB) error {
		rows, err := db.Query(`SELECT id, role, text, reasoning, state, problem, model, created, finished
			FROM messages WHERE conversation = ? ORDER BY id`, conversation)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var m Message
			var problem string
			var created, finished int64
			if err := rows.Scan(&m.ID, &m.Role, &m.Text, &m.Reasoning, &m.State, &problem, &m.Model, &created, &finished); err != nil {
				return err
			}
			if problem != "" {
				m.Problem = new(control.Problem)
				if json.Unmarshal([]byte(problem), m.Problem) != nil {
					m.Problem = &control.Problem{What: "This answer failed."}
				}
			}
			m.Created = time.UnixMilli(created)
			if finished != 0 {
				m.Finished = time.UnixMilli(finished)
			}
			list = append(list, m)
		}
		return rows.Err()
	})
	return list, err
}

// AddQuestion adds a message of the user and an empty answer of model, which it returns, and
// deletes the draft. With begin it creates the conversation; without, its error is
// ErrNotFound if there is none.
func (f *File) AddQuestion(conversation, text, model string, begin bool) (answer Message, err error) {
	now := time.Now()
	answer = Message{Role: Assistant, State: Writing, Model: model, Created: now}
	err = f.transaction(func(tx *sql.Tx) error {
		draft := conversation
		if begin {
			draft = ""
			if _, err := tx.Exec("INSERT INTO conversations (id, title, created, updated) VALUES (?, ?, ?, ?)",
				conversation, Title(text), now.UnixMilli(), now.UnixMilli()); err != nil {
				return err
			}
		} else if err := found(tx.Exec("UPDATE conversations SET updated = ? WHERE id = ?", now.UnixMilli(), conversation)); err != nil {
			return err
		}
		if _, err := add(tx, conversation, Message{Role: User, Text: text, State: Complete, Created: now}); err != nil {
			return err
		}
		if _, err := tx.Exec("DELETE FROM drafts WHERE conversation = ?", draft); err != nil {
			return err
		}
		answer.ID, err = add(tx, conversation, answer)
		return err
	})
	return answer, err
}

// ReplaceAnswer replaces the last answer of a conversation by an empty one of model, which it
// returns. Its error is ErrNotFound if last is not the last answer.
func (f *File) ReplaceAnswer(conversation string, last int64, model string) (answer Message, err error) {
	answer = Message{Role: Assistant, State: Writing, Model: model, Created: time.Now()}
	err = f.transaction(func(tx *sql.Tx) error {
		if err := found(tx.Exec(`DELETE FROM messages WHERE id = ?1 AND role = 'assistant'
			AND id = (SELECT max(id) FROM messages WHERE conversation = ?2)`, last, conversation)); err != nil {
			return err
		}
		answer.ID, err = add(tx, conversation, answer)
		return err
	})
	return answer, err
}

// SaveAnswer saves the text so far, the state and the problem of an answer.
func (f *File) SaveAnswer(m Message) error {
	problem := ""
	if m.Problem != nil {
		encoded, err := json.Marshal(m.Problem)
		if err != nil {
			return err
		}
		problem = string(encoded)
	}
	var finished int64
	if !m.Finished.IsZero() {
		finished = m.Finished.UnixMilli()
	}
	err := f.transaction(func(tx *sql.Tx) error {
		return found(tx.Exec("UPDATE messages SET text = ?, reasoning = ?, state = ?, problem = ?, model = ?, created = ?, finished = ? WHERE id = ?",
			m.Text, m.Reasoning, m.State, problem, m.Model, m.Created.UnixMilli(), finished, m.ID))
	})
	if err != nil {
		return fmt.Errorf("save an answer: %w", err)
	}
	return nil
}

func add(tx *sql.Tx, conversation string, m Message) (int64, error) {
	result, err := tx.Exec("INSERT INTO messages (conversation, role, text, state, model, created) VALUES (?, ?, ?, ?, ?, ?)",
		conversation, m.Role, m.Text, m.State, m.Model, m.Created.UnixMilli())
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}
