package history

import (
	"database/sql"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ncruces/go-sqlite3"
)

// maxFound is how many conversations a search returns.
const maxFound = 100

// Hit is a conversation that a search has found.
type Hit struct {
	Conversation
	Snippet string // of the first message that was found; "" if only the title was
}

// Search finds the conversations whose title, or one of whose messages in any version, holds
// all words of query, whatever their case. The latest are first.
func (f *File) Search(query string) (list []Hit, err error) {
	query = strings.ToLower(strings.Join(strings.Fields(query), " "))
	if query == "" {
		return nil, nil
	}
	err = f.withDB(func(db *sql.DB) error {
		rows, err := db.Query("SELECT * FROM (SELECT "+conversationColumns+`,
				coalesce((SELECT `+wholeText+` FROM messages AS m WHERE conversation = conversations.id AND holds(`+wholeText+`, ?1) ORDER BY id LIMIT 1), '') AS text
			FROM conversations WHERE deleted = 0 ORDER BY updated DESC, rowid DESC) WHERE text != '' OR holds(title, ?1) LIMIT ?2`, query, maxFound)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			c, err := scanConversation(rows, &text)
			if err != nil {
				return err
			}
			list = append(list, Hit{c, snippet(text, query)})
		}
		return rows.Err()
	})
	return list, err
}

// holds is the SQL function of that name: whether a text holds all words of a query, which is
// in lower case. SQLite's own LIKE knows the case of ASCII only.
func holds(ctx sqlite3.Context, arg ...sqlite3.Value) {
	text := strings.ToLower(arg[0].Text())
	for word := range strings.FieldsSeq(arg[1].Text()) {
		if !strings.Contains(text, word) {
			ctx.ResultBool(false)
			return
		}
	}
	ctx.ResultBool(true)
}

// snippet is one line of a text around the first word of a query.
func snippet(text, query string) string {
	const before, length = 24, 120 // characters
	word, _, _ := strings.Cut(query, " ")
	line := strings.Join(strings.FieldsFunc(text, unicode.IsSpace), " ")
	at := strings.Index(strings.ToLower(line), word)
	if at < 0 || at > len(line) {
		at = 0
	}
	start := at
	for n := 0; start > 0 && (n < before || !strings.HasSuffix(line[:start], " ")) && n < 2*before; n++ {
		_, size := utf8.DecodeLastRuneInString(line[:start])
		start -= size
	}
	cut := []rune(strings.ToValidUTF8(line[start:], ""))
	shown := string(cut[:min(len(cut), length)])
	if start > 0 {
		shown = "…" + strings.TrimSpace(shown)
	}
	return shown
}
