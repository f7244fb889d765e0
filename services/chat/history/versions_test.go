package history

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// shown are the messages of a conversation, with their versions: "one 1/2".
func shown(t *testing.T, f *File, id string) string {
	t.Helper()
	messages, err := f.Messages(id)
	must(t, err)
	var list []string
	for _, m := range messages {
		text := m.Text
		if m.Role == Assistant {
			text = "answer of " + m.Model
		}
		list = append(list, fmt.Sprintf("%s %d/%d", text, m.Version, m.Versions))
	}
	return strings.Join(list, ", ")
}

func TestVersionsStay(t *testing.T) {
	f := file(t, filepath.Join(t.TempDir(), "chat.db"))
	id := NewID()
	first, err := f.AddQuestion(id, "one", "a", "", &Options{})
	must(t, err)
	second, err := f.AddQuestion(id, "two", "b", "", nil)
	must(t, err)
	check := func(want string) {
		t.Helper()
		if got := shown(t, f, id); got != want {
			t.Errorf("shown: %s\nwant:  %s", got, want)
		}
	}
	check("one 1/1, answer of a 1/1, two 1/1, answer of b 1/1")

	third, err := f.AnotherAnswer(id, second.ID, "c")
	must(t, err)
	check("one 1/1, answer of a 1/1, two 1/1, answer of c 2/2")
	must(t, f.Choose(id, second.ID))
	check("one 1/1, answer of a 1/1, two 1/1, answer of b 1/2")

	messages, err := f.Messages(id)
	must(t, err)
	if m := messages[3]; m.Previous != 0 || m.Next != third.ID {
		t.Errorf("beside it are %d and %d", m.Previous, m.Next)
	}
	_, err = f.EditQuestion(id, messages[0].ID, "uno", "d")
	must(t, err)
	check("uno 2/2, answer of d 1/1")
	_, err = f.AddQuestion(id, "due", "e", "", nil)
	must(t, err)
	check("uno 2/2, answer of d 1/1, due 1/1, answer of e 1/1")
	must(t, f.Choose(id, messages[0].ID))
	check("one 1/2, answer of a 1/1, two 1/1, answer of b 1/2")

	for name, err := range map[string]error{
		"an answer that is edited":         second1(f.EditQuestion(id, first.ID, "x", "a")),
		"a question that is tried again":   second1(f.AnotherAnswer(id, messages[0].ID, "a")),
		"a message of no conversation":     f.Choose(NewID(), first.ID),
		"a message that does not exist":    f.Omit(id, true, 1000),
		"a question where there is no one": second1(f.AddQuestion("nowhere", "x", "a", "", nil)),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	check("one 1/2, answer of a 1/1, two 1/1, answer of b 1/2")
}

func second1(_ Message, err error) error { return err }

func TestOmittedMessagesStay(t *testing.T) {
	f := file(t, filepath.Join(t.TempDir(), "chat.db"))
	id := NewID()
	answer, err := f.AddQuestion(id, "one", "a", "", &Options{Model: "m", Instructions: "Be brief.", Workflow: true})
	must(t, err)
	must(t, f.Omit(id, true, answer.ID))
	messages, err := f.Messages(id)
	must(t, err)
	if messages[0].Omitted || !messages[1].Omitted {
		t.Errorf("got %+v", messages)
	}
	c, err := f.Conversation(id)
	must(t, err)
	if c.Options != (Options{Model: "m", Instructions: "Be brief.", Workflow: true}) {
		t.Errorf("options %+v", c.Options)
	}
	must(t, f.SetOptions(id, Options{Model: "n"}))
	if c, err = f.Conversation(id); err != nil || c.Options != (Options{Model: "n"}) {
		t.Errorf("options %+v, %v", c.Options, err)
	}
}

func TestDeletedConversationsCanBeRestored(t *testing.T) {
	f := file(t, filepath.Join(t.TempDir(), "chat.db"))
	id := NewID()
	_, err := f.AddQuestion(id, "one", "a", "", &Options{})
	must(t, err)
	must(t, f.SaveDraft(id, Draft{"tab", "half"}, nil))
	must(t, f.Delete(id))
	if _, err := f.Conversation(id); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := f.AddQuestion(id, "two", "a", "", nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	must(t, f.Purge(time.Now().Add(-time.Minute)))
	deleted, err := f.Deleted()
	must(t, err)
	if len(deleted) != 1 || deleted[0].ID != id || deleted[0].Deleted.IsZero() {
		t.Errorf("deleted %+v", deleted)
	}
	must(t, f.Restore(id))
	if drafts, err := f.Drafts(id); len(drafts) != 1 || err != nil {
		t.Errorf("drafts %+v, %v", drafts, err)
	}
	if got := shown(t, f, id); got != "one 1/1, answer of a 1/1" {
		t.Error(got)
	}
}

func TestSearch(t *testing.T) {
	f := file(t, filepath.Join(t.TempDir(), "chat.db"))
	ids := make(map[string]string)
	for _, question := range []string{"A recipe for Käse", "Trays of steel", "Something 100% else"} {
		ids[question] = NewID()
		answer, err := f.AddQuestion(ids[question], question, "a", "", &Options{})
		must(t, err)
		answer.Text, answer.State = "First line.\n\n"+strings.Repeat("word ", 40)+"About the ÜBERGABE of "+question+".", Complete
		must(t, f.SaveAnswer(answer))
	}
	for query, want := range map[string][]string{
		"käse":               {"A recipe for Käse"},
		"KÄSE recipe":        {"A recipe for Käse"},
		"käse steel":         nil,
		"100%":               {"Something 100% else"},
		"%":                  {"Something 100% else"},
		"_":                  nil,
		"übergabe":           {"Something 100% else", "Trays of steel", "A recipe for Käse"},
		"  ":                 nil,
		"'; DROP TABLE x --": nil,
	} {
		hits, err := f.Search(query)
		must(t, err)
		var got []string
		for _, hit := range hits {
			got = append(got, hit.Title)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q found %v", query, got)
		}
		if query == "übergabe" && !strings.Contains(hits[0].Snippet, "About the ÜBERGABE of") {
			t.Errorf("snippet %q", hits[0].Snippet)
		}
	}
}

func TestDraftsBelongToTheirTab(t *testing.T) {
	f := file(t, filepath.Join(t.TempDir(), "chat.db"))
	must(t, f.SaveDraft("", Draft{"a", "of a"}, nil))
	must(t, f.SaveDraft("", Draft{"b", "of b"}, nil))
	drafts, err := f.Drafts("")
	must(t, err)
	if len(drafts) != 2 {
		t.Fatalf("drafts %+v", drafts)
	}
	gone := "a"
	must(t, f.SaveDraft("", Draft{"c", "of a, and on"}, &gone))
	_, err = f.AddQuestion(NewID(), "of b", "m", "b", &Options{})
	must(t, err)
	if drafts, err = f.Drafts(""); err != nil || !slices.Equal(drafts, []Draft{{"c", "of a, and on"}}) {
		t.Errorf("drafts %+v, %v", drafts, err)
	}
	for i := range 2 * maxDrafts {
		must(t, f.SaveDraft("", Draft{fmt.Sprint(i), "x"}, nil))
	}
	if drafts, err = f.Drafts(""); err != nil || len(drafts) != maxDrafts {
		t.Errorf("%d drafts, %v", len(drafts), err)
	}
}

// A file of the version before has all it had, and can be gone on with.
func TestFileOfTheVersionBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.db")
	old, err := sql.Open("sqlite3", "file:"+filepath.ToSlash(path))
	must(t, err)
	_, err = old.Exec(upgrades[0] + `
		INSERT INTO conversations VALUES ('a', 'A title', 1000, 3000), ('b', 'Another', 1000, 2000);
		INSERT INTO messages (id, conversation, role, text, reasoning, state, problem, model, created, finished) VALUES
			(1, 'a', 'user', 'one', '', 'complete', '', '', 1000, 0),
			(2, 'b', 'user', 'uno', '', 'complete', '', '', 1000, 0),
			(3, 'a', 'assistant', 'eins', 'hm', 'stopped', '', 'tiny', 1000, 2000),
			(5, 'a', 'user', 'two', '', 'complete', '', '', 1000, 0),
			(6, 'b', 'assistant', '', '', 'failed', '{"what":"It broke."}', 'tiny', 1000, 2000),
			(7, 'a', 'assistant', 'zwei', '', 'writing', '', 'tiny', 1000, 0);
		INSERT INTO drafts VALUES ('a', 'half'), ('', 'new');
		INSERT INTO settings VALUES ('model', 'tiny'), ('server key', 'sk');
		PRAGMA user_version = 1;`)
	must(t, err)
	must(t, old.Close())

	f := file(t, path)
	list, err := f.Conversations(10)
	must(t, err)
	if len(list) != 2 || list[0].Title != "A title" || list[0].Updated.UnixMilli() != 3000 || list[0].Options != (Options{}) {
		t.Errorf("conversations %+v", list)
	}
	messages, err := f.Messages("a")
	must(t, err)
	if len(messages) != 4 || messages[1].Text != "eins" || messages[1].Reasoning != "hm" || messages[1].State != Stopped ||
		messages[3].State != Writing || messages[3].Versions != 1 {
		t.Errorf("messages %+v", messages)
	}
	if messages, err = f.Messages("b"); err != nil || len(messages) != 2 || messages[1].Problem.What != "It broke." {
		t.Errorf("messages %+v, %v", messages, err)
	}
	if drafts, err := f.Drafts("a"); err != nil || !slices.Equal(drafts, []Draft{{"", "half"}}) {
		t.Errorf("drafts %+v, %v", drafts, err)
	}
	if s, err := f.Settings(); err != nil || s.Model != "tiny" || s.Key != "sk" {
		t.Errorf("settings %+v, %v", s, err)
	}
	_, err = f.AddQuestion("a", "three", "b", "", nil)
	must(t, err)
	_, err = f.EditQuestion("a", 5, "zwo", "c")
	must(t, err)
	if got := shown(t, f, "a"); got != "one 1/1, answer of tiny 1/1, zwo 2/2, answer of c 1/1" {
		t.Error(got)
	}
	must(t, f.Close())
	f = file(t, path)
	if list, err := f.Conversations(10); err != nil || len(list) != 2 {
		t.Errorf("opened again: %+v, %v", list, err)
	}
}

// The time that a long conversation takes grows with its length, not with the square of it.
func TestLongConversationsAreFoundByTheIndex(t *testing.T) {
	f := file(t, filepath.Join(t.TempDir(), "chat.db"))
	must(t, f.withDB(func(db *sql.DB) error {
		rows, err := db.Query("EXPLAIN QUERY PLAN "+path+"SELECT "+messageColumns+" FROM path CROSS JOIN messages AS m USING (id) ORDER BY depth", "a")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				return err
			}
			if strings.HasPrefix(step, "SCAN m") || strings.HasSuffix(step, "(conversation=?)") {
				t.Errorf("it visits every message: %s", step)
			}
		}
		return rows.Err()
	}))
}
