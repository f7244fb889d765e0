//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// After a start with sudo the user's next one fails at files of root's. Here another user looks
// at ours.
func TestWhatRootHasLeftIsToldWithWhatMendsIt(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "my state")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "session.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	me := os.Geteuid()
	denied := func(string) bool { return true }
	if err := foreign(folder, me, denied); err != nil {
		t.Errorf("of one's own: %v", err)
	}
	want := "sudo chown -R " + userName(me+1) + ": '" + folder + "'"
	for _, asked := range []string{folder, filepath.Join(folder, "not", "there")} {
		if err := foreign(asked, me+1, denied); err == nil || !strings.HasSuffix(err.Error(), want) || !strings.Contains(err.Error(), "belongs to "+userName(me)) {
			t.Errorf("of %s it says %v, want %s", asked, err, want)
		}
	}
	if err := foreign(folder, me+1, func(string) bool { return false }); err != nil {
		t.Errorf("of what can be written all the same: %v", err) // as on disks of another computer
	}
	if got := quoted("/a b/it's"); got != `'/a b/it'\''s'` {
		t.Errorf("it is quoted as %s", got)
	}
}

func TestRootInAnothersHome(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	if os.Geteuid() == 0 {
		if err := os.Chown(home, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	if got := stranger(0); !strings.Contains(got, "root in the home of ") || !strings.Contains(got, "without sudo") {
		t.Errorf("root is told %q", got)
	}
	if got := stranger(1); got != "" {
		t.Errorf("another is told %q", got)
	}
}
