//go:build unix

// On Windows a file that is open can neither be removed nor renamed.

package logs

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A log that is removed, renamed or replaced while it is written to is made anew: its lines
// once went to the file that nobody finds, until that was full.
func TestALogThatIsTakenAwayIsMadeAnew(t *testing.T) {
	for name, take := range map[string]func(path string) error{
		"removed":  os.Remove,
		"renamed":  func(path string) error { return os.Rename(path, path+".old") },
		"replaced": func(path string) error { return os.Rename(path+".other", path) },
		"emptied":  func(path string) error { return os.Truncate(path, 0) },
	} {
		path := filepath.Join(t.TempDir(), "chat.log")
		if err := os.WriteFile(path+".other", nil, 0o600); err != nil {
			t.Fatal(err)
		}
		w, err := NewWriter(path)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Now()
		w.Write(at, Out, []byte("before\n"))
		if err := take(path); err != nil {
			t.Fatal(err)
		}
		w.Write(at.Add(lookAfter), Out, []byte("after\n"))
		w.Close()
		if got := texts(t, path, 10); !slices.Equal(got, []string{"after"}) {
			t.Errorf("%s: it shows %q", name, got)
		}
	}
}

// Lines that cannot be written are counted, and told once others can.
func TestLinesThatCannotBeWrittenAreTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.log")
	w, err := NewWriter(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	at := time.Now()
	w.Write(at, Out, []byte("before\n"))
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	w.Write(at.Add(lookAfter), Out, []byte("one\ntwo\n"))
	w.writeProvisional(at.Add(lookAfter), Out, []byte("th\n"))
	w.Write(at.Add(lookAfter), Out, []byte("three\n"))
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	w.Write(at.Add(lookAfter), Out, []byte("after\n"))
	if got := texts(t, path, 10); len(got) != 3 || got[0] != "before" || !strings.HasPrefix(got[1], "lines that are missing here: 3 (") || got[2] != "after" {
		t.Errorf("it shows %q", got)
	}
}

// A pipe in the place of a log is no log, and nobody waits for its other end.
func TestAPipeInThePlaceOfALog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.log")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := NewWriter(path)
	if err == nil {
		t.Error("it is written to")
	}
	w.Write(time.Now(), Out, []byte("lost\n"))
	if lines, err := Tail(path, 10); err == nil {
		t.Errorf("it shows %v", lines)
	}
}
