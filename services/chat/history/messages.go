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
	Omitted   bool             // it is not sent to the model
	Tokens    Tokens           // of an answer

	Parent int64 // the message before it, or 0
	Chosen bool  // it is the version that is shown

	Version, Versions int   // which of how many it is, from 1
	Previous, Next    int64 // the versions before and after it, or 0
}

// Tokens is how much a model read and wrote for an answer, as its server reports; 0 if it
// does not.
type Tokens struct{ Read, Written int }

// path selects the ids of the messages that are shown, in order, of the conversation ?1. CROSS
// JOIN keeps SQLite from visiting all messages of the conversation for each.
const path = `WITH RECURSIVE path(id, depth) AS (
	SELECT id, 1 FROM messages WHERE conversation = ?1 AND parent = 0 AND chosen
	UNION ALL
	SELECT m.id, depth + 1 FROM path CROSS JOIN messages AS m ON m.conversation = ?1 AND m.parent = path.id AND m.chosen)
`

// messageColumns are those of scanMessage, of the table m in the conversation ?1.
const messageColumns = `m.id, parent, chosen, role, ` + wholeText + `, ` + wholeReasoning + `, state, problem, model, created, finished, omitted, tokens_read, tokens_written,
	(SELECT count(*) FROM messages AS v WHERE v.conversation = ?1 AND v.parent = m.parent AND v.id <= m.id),
	(SELECT count(*) FROM messages AS v WHERE v.conversation = ?1 AND v.parent = m.parent),
	(SELECT coalesce(max(v.id), 0) FROM messages AS v WHERE v.conversation = ?1 AND v.parent = m.parent AND v.id < m.id),
	(SELECT coalesce(min(v.id), 0) FROM messages AS v WHERE v.conversation = ?1 AND v.parent = m.parent AND v.id > m.id)`

func scanMessage(row interface{ Scan(...any) error }) (m Message, err error) {
	var problem string
	var created, finished int64
	if err := row.Scan(&m.ID, &m.Parent, &m.Chosen, &m.Role, &m.Text, &m.Reasoning, &m.State, &problem, &m.Model, &created, &finished, &m.Omitted,
		&m.Tokens.Read, &m.Tokens.Written, &m.Version, &m.Versions, &m.Previous, &m.Next); err != nil {
		return m, err
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
	return m, nil
}

// Messages returns a conversation's messages in order, of each the chosen version. A
// conversation that does not exist has none.
func (f *File) Messages(conversation string) ([]Message, error) {
	return f.messages(path+"SELECT "+messageColumns+" FROM path CROSS JOIN messages AS m USING (id) ORDER BY depth", conversation)
}

// AllMessages returns the messages of a conversation in all versions, in the order in which
// they were added.
func (f *File) AllMessages(conversation string) ([]Message, error) {
	return f.messages("SELECT "+messageColumns+" FROM messages AS m WHERE conversation = ?1 ORDER BY id", conversation)
}

// Message finds one message of a conversation, in any version, or ErrNotFound.
func (f *File) Message(conversation string, id int64) (Message, error) {
	list, err := f.messages("SELECT "+messageColumns+" FROM messages AS m WHERE conversation = ?1 AND id = ?2", conversation, id)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Message{}, err
	}
	return list[0], nil
}

func (f *File) messages(query string, args ...any) (list []Message, err error) {
	err = f.withDB(func(db *sql.DB) error {
		rows, err := db.Query(query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			m, err := scanMessage(rows)
			if err != nil {
				return err
			}
			list = append(list, m)
		}
		return rows.Err()
	})
	return list, err
}

// AddQuestion adds a message of the user and an empty answer of model, which it returns, and
// deletes the draft of tab. With begin it creates the conversation with these options;
// without, its error is ErrNotFound if there is none.
func (f *File) AddQuestion(conversation, text, model, tab string, begin *Options) (answer Message, err error) {
	now := time.Now()
	err = f.transaction(func(tx *sql.Tx) error {
		draft := conversation
		if begin != nil {
			draft = ""
			if _, err := tx.Exec("INSERT INTO conversations (id, title, created, updated, model, instructions, workflow) VALUES (?, ?, ?, ?, ?, ?, ?)",
				conversation, Title(text), now.UnixMilli(), now.UnixMilli(), begin.Model, begin.Instructions, begin.Workflow); err != nil {
				return err
			}
		} else if err := touch(tx, conversation, now); err != nil {
			return err
		}
		if _, err := tx.Exec("DELETE FROM drafts WHERE conversation = ? AND tab IN (?, '')", draft, tab); err != nil {
			return err
		}
		var last int64
		if err := tx.QueryRow(path+"SELECT coalesce((SELECT id FROM path ORDER BY depth DESC LIMIT 1), 0)", conversation).Scan(&last); err != nil {
			return err
		}
		answer, err = addTurn(tx, conversation, last, text, model, now)
		return err
	})
	return answer, err
}

// addTurn adds a message of the user below parent, and an empty answer, which it returns.
func addTurn(tx *sql.Tx, conversation string, parent int64, text, model string, now time.Time) (Message, error) {
	question, err := add(tx, conversation, parent, Message{Role: User, Text: text, State: Complete, Created: now})
	if err != nil {
		return Message{}, err
	}
	return add(tx, conversation, question.ID, Message{Role: Assistant, State: Writing, Model: model, Created: now})
}

// touch moves a conversation to the top of the list. Its error is ErrNotFound if there is none.
func touch(tx *sql.Tx, conversation string, now time.Time) error {
	return found(tx.Exec("UPDATE conversations SET updated = ? WHERE id = ? AND deleted = 0", now.UnixMilli(), conversation))
}

// SaveAnswer saves the whole text, the state and the problem of an answer.
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
		if _, err := tx.Exec("DELETE FROM growth WHERE message = ?", m.ID); err != nil {
			return err
		}
		return found(tx.Exec("UPDATE messages SET text = ?, reasoning = ?, state = ?, problem = ?, model = ?, created = ?, finished = ?, tokens_read = ?, tokens_written = ? WHERE id = ?",
			m.Text, m.Reasoning, m.State, problem, m.Model, m.Created.UnixMilli(), finished, m.Tokens.Read, m.Tokens.Written, m.ID))
	})
	if err != nil {
		return fmt.Errorf("save an answer: %w", err)
	}
	return nil
}

// add adds a message below parent as the chosen one of its versions, and returns it.
func add(tx *sql.Tx, conversation string, parent int64, m Message) (Message, error) {
	if _, err := tx.Exec("UPDATE messages SET chosen = 0 WHERE conversation = ? AND parent = ?", conversation, parent); err != nil {
		return m, err
	}
	result, err := tx.Exec("INSERT INTO messages (conversation, parent, role, text, state, model, created) VALUES (?, ?, ?, ?, ?, ?, ?)",
		conversation, parent, m.Role, m.Text, m.State, m.Model, m.Created.UnixMilli())
	if err != nil {
		return m, err
	}
	m.ID, err = result.LastInsertId()
	return m, err
}
