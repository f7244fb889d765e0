package history

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"agents-tray/manager/control"
)

// file opens a new file, which is closed when the test ends.
func file(t *testing.T, path string) *File {
	t.Helper()
	f := New(path)
	t.Cleanup(func() { f.Close() })
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestConversationSurvives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "chat.db")
	f := file(t, path)
	id := NewID()
	must(t, f.SaveDraft("", Draft{"", "Hel"}, nil))
	answer, err := f.AddQuestion(id, "Hello\nthere", "tiny", "", &Options{})
	must(t, err)
	answer.Text, answer.Reasoning, answer.State = "Hi", "hm", Failed
	answer.Problem = &control.Problem{What: "It broke."}
	must(t, f.SaveAnswer(answer))
	must(t, f.SaveDraft(id, Draft{"", "And"}, nil))
	must(t, f.Close())

	f = file(t, path)
	list, err := f.Conversations(10)
	must(t, err)
	if len(list) != 1 || list[0].ID != id || list[0].Title != "Hello" {
		t.Errorf("conversations %+v", list)
	}
	messages, err := f.Messages(id)
	must(t, err)
	if len(messages) != 2 || messages[0].Text != "Hello\nthere" || messages[0].Role != User {
		t.Fatalf("messages %+v", messages)
	}
	if m := messages[1]; m.Text != "Hi" || m.Reasoning != "hm" || m.State != Failed || m.Problem == nil || m.Problem.What != "It broke." || m.Model != "tiny" {
		t.Errorf("answer %+v", m)
	}
	if draft, err := f.Drafts(id); len(draft) != 1 || draft[0].Text != "And" || err != nil {
		t.Errorf("draft %q, %v", draft, err)
	}
	if draft, err := f.Drafts(""); len(draft) != 0 || err != nil {
		t.Errorf("the draft that was sent is still there: %q, %v", draft, err)
	}
	for _, made := range []string{path, path + "-journal"} {
		if info, err := os.Stat(made); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", made, info.Mode(), err)
		}
	}
}

func TestEveryCommitIsSynced(t *testing.T) {
	f := file(t, filepath.Join(t.TempDir(), "chat.db"))
	must(t, f.withDB(func(db *sql.DB) error {
		for pragma, want := range map[string]string{"journal_mode": "truncate", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1"} {
			var got string
			if err := db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s is %q, %v; want %q", pragma, got, err, want)
			}
		}
		return nil
	}))
}

func TestDeletedThingsAreGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.db")
	f := file(t, path)
	id := NewID()
	_, err := f.AddQuestion(id, "a very secret question", "tiny", "", &Options{})
	must(t, err)
	must(t, f.SaveSettings(Settings{Address: "https://example.org", Key: "sk-very-secret"}))
	must(t, f.SaveSettings(Settings{Address: "https://example.org"}))
	must(t, f.Delete(id))
	must(t, f.Purge(time.Now()))
	if messages, err := f.Messages(id); len(messages) != 0 || err != nil {
		t.Errorf("left %+v, %v", messages, err)
	}
	if err := f.Delete(id); !errors.Is(err, ErrNotFound) {
		t.Errorf("deleting it again: %v", err)
	}
	must(t, f.SaveDraft(id, Draft{"", "late"}, nil))
	if draft, _ := f.Drafts(id); len(draft) != 0 {
		t.Errorf("a deleted conversation has a draft: %q", draft)
	}
	must(t, f.Close())
	data, err := os.ReadFile(path)
	must(t, err)
	if bytes.Contains(data, []byte("very-secret")) || bytes.Contains(data, []byte("very secret")) {
		t.Error("the file still holds what was deleted")
	}
}

func TestDamagedFileIsSetAside(t *testing.T) {
	for name, damage := range map[string]func(data []byte) []byte{
		"not a database": func([]byte) []byte { return []byte(strings.Repeat("This is no database. ", 300)) },
		"torn":           func(data []byte) []byte { return data[:len(data)/2] },
		"overwritten": func(data []byte) []byte {
			for i := 4096; i < len(data); i++ {
				data[i] = byte(i)
			}
			return data
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "chat.db")
			f := file(t, path)
			for range 50 {
				_, err := f.AddQuestion(NewID(), strings.Repeat("word ", 1000), "tiny", "", &Options{})
				must(t, err)
			}
			must(t, f.Close())
			data, err := os.ReadFile(path)
			must(t, err)
			data = damage(data)
			must(t, os.WriteFile(path, data, 0o600))

			f = file(t, path)
			list, err := f.Conversations(10)
			if err != nil || len(list) != 0 {
				t.Fatalf("got %d conversations, %v", len(list), err)
			}
			settings, err := f.Settings()
			must(t, err)
			if kept, err := os.ReadFile(settings.SetAside); err != nil || !bytes.Equal(kept, data) || !strings.Contains(settings.SetAside, "damaged") {
				t.Errorf("set aside as %q: %v", settings.SetAside, err)
			}
			if _, err := f.AddQuestion(NewID(), "on we go", "tiny", "", &Options{}); err != nil {
				t.Error(err)
			}
		})
	}
}

// After damage that is found in use, that use fails and the next succeeds.
func TestDamageFoundLater(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.db")
	f := file(t, path)
	_, err := f.AddQuestion(NewID(), "x", "tiny", "", &Options{})
	must(t, err)
	err = f.withDB(func(*sql.DB) error { return sqlite3.CORRUPT_VTAB })
	if !errors.Is(err, ErrSetAside) {
		t.Fatalf("got %v", err)
	}
	if settings, err := f.Settings(); err != nil || settings.SetAside == "" {
		t.Errorf("got %+v, %v", settings, err)
	}
}

func TestFileOfANewerVersionIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.db")
	f := file(t, path)
	must(t, f.withDB(func(db *sql.DB) error { _, err := db.Exec("PRAGMA user_version = 99"); return err }))
	must(t, f.Close())
	before, err := os.ReadFile(path)
	must(t, err)
	f = file(t, path)
	if _, err := f.Conversations(10); !errors.Is(err, ErrNewer) {
		t.Errorf("got %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed, or %v", err)
	}
}

func TestFileThatCannotBeOpenedIsTriedAgain(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	must(t, os.WriteFile(folder, nil, 0o600)) // a file where the folder should be
	f := file(t, filepath.Join(folder, "chat.db"))
	if _, err := f.Conversations(10); err == nil {
		t.Fatal("it was opened")
	}
	must(t, os.Remove(folder))
	if _, err := f.Conversations(10); err != nil {
		t.Error(err)
	}
}

func TestFileThatCannotBeWrittenCanBeRead(t *testing.T) {
	if asUnprivileged(t) {
		return
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "a chat?.db")
	f := file(t, path)
	id := NewID()
	_, err := f.AddQuestion(id, "x", "tiny", "", &Options{})
	must(t, err)
	must(t, f.Close())
	must(t, os.Chmod(path, 0o400))
	must(t, os.Chmod(folder, 0o500))
	t.Cleanup(func() { os.Chmod(folder, 0o700) })

	f = file(t, path)
	if list, err := f.Conversations(10); len(list) != 1 || err != nil {
		t.Errorf("got %v, %v", list, err)
	}
	if _, err := f.AddQuestion(id, "y", "tiny", "", nil); !errors.Is(err, sqlite3.READONLY) {
		t.Errorf("got %v", err)
	}
	must(t, os.Chmod(path, 0o600))
	must(t, os.Chmod(folder, 0o700))
	if _, err := f.AddQuestion(id, "y", "tiny", "", nil); err != nil {
		t.Errorf("it can be written now: %v", err)
	}
}

func TestFullDiskChangesNothing(t *testing.T) {
	f := file(t, filepath.Join(t.TempDir(), "chat.db"))
	id := NewID()
	_, err := f.AddQuestion(id, "x", "tiny", "", &Options{})
	must(t, err)
	must(t, f.withDB(func(db *sql.DB) error { _, err := db.Exec("PRAGMA max_page_count = 1"); return err })) // no further page
	if _, err := f.AddQuestion(id, strings.Repeat("long ", 10_000), "tiny", "", nil); !errors.Is(err, sqlite3.FULL) {
		t.Errorf("got %v", err)
	}
	if messages, err := f.Messages(id); len(messages) != 2 || err != nil {
		t.Errorf("got %d messages, %v", len(messages), err)
	}
}

func TestTitle(t *testing.T) {
	for text, want := range map[string]string{
		"Hello":                     "Hello",
		"\n  \n  two   words \nx":   "two words",
		"":                          "New conversation",
		strings.Repeat("word ", 20): "word word word word word word word word word word word…",
		strings.Repeat("ä", 100):    strings.Repeat("ä", 59) + "…",
	} {
		if got := Title(text); got != want {
			t.Errorf("Title(%q) = %q, want %q", text, got, want)
		}
	}
}
