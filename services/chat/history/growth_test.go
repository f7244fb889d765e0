package history

import (
	"errors"
	"path/filepath"
	"testing"
)

// What was saved of an answer is there after a crash, is found, and goes on where it stopped.
func TestGrowthIsPartOfItsAnswer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.db")
	f := file(t, path)
	id := NewID()
	answer, err := f.AddQuestion(id, "?", "tiny", "", &Options{})
	must(t, err)
	for _, piece := range []string{"one ", "two ", "three"} {
		must(t, f.SaveGrowth(answer.ID, piece, piece[:1]))
	}
	must(t, f.Close())
	f = file(t, path)
	read := func() Message {
		t.Helper()
		m, err := f.Message(id, answer.ID)
		must(t, err)
		return m
	}
	m := read()
	if m.Text != "one two three" || m.Reasoning != "ott" || m.State != Writing {
		t.Errorf("after the crash: %+v", m)
	}
	if hits, err := f.Search("two three"); err != nil || len(hits) != 1 || hits[0].Snippet != "one two three" {
		t.Errorf("found %+v, %v", hits, err)
	}
	must(t, f.SaveAnswer(m)) // it is continued
	must(t, f.SaveGrowth(answer.ID, " four", ""))
	if m = read(); m.Text != "one two three four" || m.Reasoning != "ott" {
		t.Errorf("continued: %+v", m)
	}
	if err := f.SaveGrowth(answer.ID+1, "x", ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("of no message: %v", err)
	}
}
