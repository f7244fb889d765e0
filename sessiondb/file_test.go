package sessiondb

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A witness hears what a record has to say.
type witness struct {
	troubles   []error
	recoveries []Recovery
}

func (w *witness) options() Options {
	return Options{
		OnSaveError: func(err error) { w.troubles = append(w.troubles, err) },
		OnRecovery:  func(m Recovery) { w.recoveries = append(w.recoveries, m) },
	}
}

// damages are what can befall a file.
func damages(t *testing.T, whole []byte) map[string][]byte {
	scrambled := append([]byte{}, whole...)
	for i := 4096; i < len(scrambled); i++ {
		scrambled[i] ^= 0x5a
	}
	return map[string][]byte{
		"not a database": []byte(strings.Repeat("hello ", 1000)),
		"cut short":      whole[:len(whole)-5000],
		"scrambled":      scrambled,
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestADamagedFileIsSetAside(t *testing.T) {
	healthy := filepath.Join(t.TempDir(), "session.db")
	r := open(t, healthy)
	begin(t, r, "s")
	end(t, r, true)
	for name, content := range damages(t, readFile(t, healthy)) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "session.db")
			must(t, os.WriteFile(path, content, 0o600))
			var w witness
			r := Open(path, w.options())
			if previous := begin(t, r, "s"); previous != nil {
				t.Errorf("a fresh record knows of %+v", previous)
			}
			if len(w.recoveries) != 1 || !strings.Contains(filepath.Base(w.recoveries[0].DamagedFile), "damaged") || !w.recoveries[0].CopyTime.IsZero() {
				t.Fatalf("recovered: %+v", w.recoveries)
			}
			if kept := readFile(t, w.recoveries[0].DamagedFile); string(kept) != string(content) {
				t.Error("the damaged file was changed")
			}
			end(t, r, true)
		})
	}
}

// A damaged file is replaced by the last good copy. How the last session ended is not in
// it, so that is not claimed.
func TestTheLastGoodCopyIsRestored(t *testing.T) {
	healthy := filepath.Join(t.TempDir(), "session.db")
	r := open(t, healthy)
	begin(t, r, "first")
	end(t, r, true)
	r = open(t, healthy)
	begin(t, r, "second")
	r.SetServices([]Service{{Name: "chat", ByHand: true}})
	r.flush(t)
	r.do(r.keepCopy)
	end(t, r, true)
	for name, content := range damages(t, readFile(t, healthy)) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "session.db")
			for file, content := range map[string][]byte{path: content, path + ".copy": readFile(t, healthy+".copy")} {
				must(t, os.WriteFile(file, content, 0o600))
			}
			var w witness
			r := Open(path, w.options())
			previous := begin(t, r, "third")
			if previous == nil || previous.Mark != "second" || previous.Ending != Unknown || fmt.Sprint(previous.Stopped) != "[chat]" {
				t.Errorf("the copy says %+v", previous)
			}
			if len(w.recoveries) != 1 || w.recoveries[0].DamagedFile == "" || time.Since(w.recoveries[0].CopyTime) > time.Minute {
				t.Errorf("recovered: %+v", w.recoveries)
			}
			end(t, r, true)
			holds(t, path, `SELECT id, ending FROM sessions ORDER BY rowid`, "first|clean\nsecond|unknown\nthird|clean")
		})
	}
	t.Run("the copy is damaged, too", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "session.db")
		for _, file := range []string{path, path + ".copy"} {
			must(t, os.WriteFile(file, []byte(strings.Repeat("hello ", 1000)), 0o600))
		}
		var w witness
		r := Open(path, w.options())
		if previous := begin(t, r, "third"); previous != nil || len(w.recoveries) != 1 || !w.recoveries[0].CopyTime.IsZero() {
			t.Errorf("%+v, recovered: %+v", previous, w.recoveries)
		}
		end(t, r, true)
	})
}

// Damage among the events is found when the copy is to be made; the session goes on in the
// earlier copy.
func TestDamageAmongTheEvents(t *testing.T) {
	path, r := begun(t, "first")
	r.do(r.keepCopy)
	for range 2000 {
		r.Add(Event{At: time.Now(), Service: "chat", Kind: "started"})
	}
	end(t, r, true)
	content := readFile(t, path)
	for i := len(content) - 8*4096; i < len(content)-4*4096; i++ {
		content[i] ^= 0x5a
	}
	must(t, os.WriteFile(path, content, 0o600))
	var w witness
	r = Open(path, w.options())
	if previous := begin(t, r, "second"); previous == nil || previous.Ending != Clean {
		t.Errorf("the session before is %+v", previous)
	}
	r.Add(Event{At: time.Now(), Service: "web", Kind: "started"})
	r.flush(t)
	r.do(r.keepCopy)
	if len(w.recoveries) != 1 || w.recoveries[0].CopyTime.IsZero() {
		t.Fatalf("recovered: %+v", w.recoveries)
	}
	r.Add(Event{At: time.Now(), Service: "web", Kind: "ready"})
	end(t, r, true)
	holds(t, path, `SELECT id, ending FROM sessions ORDER BY rowid`, "first|unknown\nsecond|clean")
	holds(t, path, `PRAGMA integrity_check`, "ok")
	holds(t, path, `SELECT kind FROM service_events WHERE session = 'second'`, "ready")
}

// The copy is made by itself, once the session has begun.
func TestACopyIsKept(t *testing.T) {
	path, r := begun(t, "s")
	r.Add(Event{Kind: "started"})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(path + ".copy"); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("there is no copy")
		}
	}
	end(t, r, true)
	if got := query(t, path+".copy", `SELECT id, ending IS NULL FROM sessions`); got != "s|1" {
		t.Errorf("the copy says %s", got)
	}
	if left, err := filepath.Glob(path + ".copy*"); err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v", left)
	}
}

// After a write that has failed there is no connection, and nothing may wait to be written
// when the copy is due.
func TestACopyWithoutAConnection(t *testing.T) {
	path, r := begun(t, "s")
	r.do(func() {
		if err := r.disconnect(); err != nil {
			t.Error(err)
		}
		r.copied = time.Time{}
		r.keepCopy()
	})
	if got := query(t, path+".copy", `SELECT id FROM sessions`); got != "s" {
		t.Errorf("the copy has %q", got)
	}
	end(t, r, true)
}
