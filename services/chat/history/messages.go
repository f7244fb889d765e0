package history

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"agents-tray/manager/control"
)

// Role says whose message it is, in the words of the protocol.
type Role string

// The two sides of a conversation.
const (
	User      Role = "user"
	Assistant Role = "assistant"
)

// State says what became of an answer.
type State string

// The states. A message of the user is always Complete. An answer found Writing that
// nobody writes any more was interrupted: nothing has to be repaired at a start.
const (
	Writing     State = "writing"
	Complete    State = "complete"
	Cut         State = "cut"         // by the server's limit of length
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
	Model     string           // who answered
	Created   time.Time        // of an answer: when it was asked for, or asked for the rest
	Finished  time.Time        // zero while it is written
}

// Messages lists a conversation's messages, the first one first. A conversation that
// does not exist has none.
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

// AddQuestion adds a message of the user and the empty answer to it, which model will write,
// and forgets the draft that the message was. A conversation that does not exist is
// begun, if begin is set, with a title made of the text. It returns the answer.
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

// ReplaceAnswer replaces the last answer of a conversation by an empty one, to be written by
// model, and returns it.
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

// SaveAnswer keeps what has been written of an answer, its state and its problem.
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
