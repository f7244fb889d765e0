package history

import (
	"database/sql"
	"fmt"
)

// What an answer gains while it is written is added to a table of its own. In its own row each
// save would write all of it again.

// wholeText and wholeReasoning are those of the message m.
const (
	wholeText      = "(m.text || coalesce((SELECT group_concat(g.text, '' ORDER BY g.id) FROM growth AS g WHERE g.message = m.id), ''))"
	wholeReasoning = "(m.reasoning || coalesce((SELECT group_concat(g.reasoning, '' ORDER BY g.id) FROM growth AS g WHERE g.message = m.id), ''))"
)

// SaveGrowth adds to the text and the reasoning of an answer, at the cost of what is added.
// Its error is ErrNotFound if there is no such message.
func (f *File) SaveGrowth(message int64, text, reasoning string) error {
	err := f.transaction(func(tx *sql.Tx) error {
		return found(tx.Exec("INSERT INTO growth (message, text, reasoning) SELECT id, ?, ? FROM messages WHERE id = ?", text, reasoning, message))
	})
	if err != nil {
		return fmt.Errorf("save an answer: %w", err)
	}
	return nil
}
