//go:build unix

package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// After a start with sudo the user's next one fails at files of root's.
func TestWhatRootHasLeftIsToldWithWhatMendsIt(t *testing.T) {
	const root, me, other = 0, 1000, 1001
	folder := filepath.Join(t.TempDir(), "ada")
	state := filepath.Join(folder, ".local", "state", "my agents")
	record := filepath.Join(state, "session.db")
	must(t, errors.Join(os.MkdirAll(state, 0o700), os.WriteFile(record, nil, 0o600)))
	for name, test := range map[string]struct {
		owners map[string]int // of others than root
		asked  string
		path   string // "": nothing is wrong
		mends  string
	}{
		"one's own":       {map[string]int{folder: me, filepath.Join(folder, ".local"): me, filepath.Dir(state): me, state: me, record: me}, state, "", ""},
		"a file":          {map[string]int{folder: me, filepath.Join(folder, ".local"): me, filepath.Dir(state): me, state: me}, state, record, "'" + state + "'"},
		"the folder":      {map[string]int{folder: me, filepath.Join(folder, ".local"): me, filepath.Dir(state): me}, state, state, "'" + state + "'"},
		"those around it": {map[string]int{folder: me}, state, state, filepath.Join(folder, ".local")},
		"not there yet":   {map[string]int{folder: me}, filepath.Join(state, "not", "there"), state, filepath.Join(folder, ".local")},
		"another's home":  {map[string]int{folder: other}, state, state, ""},
		"nobody's at all": {nil, state, state, ""},
	} {
		t.Run(name, func(t *testing.T) {
			owner := func(path string) (int, bool) {
				_, err := os.Lstat(path)
				return test.owners[path], err == nil
			}
			got := foreign(test.asked, me, owner, func(string) bool { return true })
			if test.path == "" {
				if got != nil {
					t.Errorf("it tells of %+v", got)
				}
				return
			}
			want := leftover{test.path, userName(root), ""}
			if test.mends != "" {
				want.mends = "sudo chown -R " + userName(me) + ": " + test.mends
			}
			if got == nil || *got != want {
				t.Errorf("it tells of %+v, want %+v", got, want)
			}
			if got := foreign(test.asked, me, owner, func(string) bool { return false }); got != nil {
				t.Errorf("of what can be written all the same: %+v", got) // as on disks of another computer
			}
		})
	}
	if got := quoted("/a b/it's"); got != `'/a b/it'\''s'` {
		t.Errorf("it is quoted as %s", got)
	}
}

func TestRootInAnothersHome(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	if os.Geteuid() == 0 {
		must(t, os.Chown(home, 65534, 65534))
	}
	if got := stranger(0); !strings.Contains(got, "root in the home of ") || !strings.Contains(got, "without sudo") {
		t.Errorf("root is told %q", got)
	}
	if got := stranger(1); got != "" {
		t.Errorf("another is told %q", got)
	}
}
