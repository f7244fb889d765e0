package config

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/adrg/xdg"

	"agents-tray/manager/spec"
	"agents-tray/manager/words"
)

// home gives the test folders of its own.
func home(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"STATE_HOME", "CONFIG_HOME"} {
		t.Setenv("XDG_"+name, filepath.Join(folder, name))
	}
	t.Setenv("XDG_RUNTIME_DIR", folder)
	xdg.Reload()
	t.Cleanup(xdg.Reload)
	return folder
}

func TestFolders(t *testing.T) {
	folder := home(t)
	f, err := Prepare()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(f.State, folder) || !strings.HasPrefix(f.Config, folder) || !strings.HasPrefix(f.Runtime, folder) {
		t.Errorf("the folders are %+v", f)
	}
	for _, made := range []string{f.State, f.Runtime, f.Logs()} {
		info, err := os.Stat(made)
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", made, info, err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(f.State, ".probe-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A state folder that others could look into, as an earlier program or a umask has left it,
// is closed to them, as is the folder of the logs.
func TestAStateFolderThatIsOpenToOthers(t *testing.T) {
	home(t)
	open := Locate()
	for _, folder := range []string{open.State, open.Logs(), open.Runtime} {
		must(t, errors.Join(os.MkdirAll(folder, 0o755), os.Chmod(folder, 0o777)))
	}
	f, err := Prepare()
	if err != nil || f.State != open.State {
		t.Fatalf("%+v, %v", f, err)
	}
	for _, folder := range []string{f.State, f.Logs(), f.Runtime} {
		if info, err := os.Stat(folder); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", folder, info.Mode(), err)
		}
	}
}

func TestWithoutARuntimeFolderTheStateFolderServes(t *testing.T) {
	folder := home(t)
	t.Setenv("XDG_RUNTIME_DIR", filepath.Join(folder, "missing"))
	xdg.Reload()
	f, err := Prepare()
	if err != nil || f.Runtime != f.State {
		t.Errorf("%+v, %v", f, err)
	}
}

// A folder that cannot be used is no reason not to run: another takes its place, and is told.
func TestFoldersThatCannotBeUsed(t *testing.T) {
	file := func(path string) error {
		return errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600))
	}
	for name, test := range map[string]struct {
		harm           func(f Folders) error
		state, runtime string // where they are: "usual", "run" or "temporary"
		purpose        []Purpose
	}{
		"state a file":         {func(f Folders) error { return file(f.State) }, "run", "usual", []Purpose{ForState}},
		"its home a file":      {func(f Folders) error { return file(filepath.Dir(f.State)) }, "run", "usual", []Purpose{ForState}},
		"logs a file":          {func(f Folders) error { return file(f.Logs()) }, "run", "usual", []Purpose{ForState}},
		"run a file":           {func(f Folders) error { return file(f.Runtime) }, "usual", "state", []Purpose{ForSockets}},
		"config a file":        {func(f Folders) error { return file(f.Config) }, "usual", "usual", []Purpose{ForSettings}},
		"its home a file, too": {func(f Folders) error { return file(filepath.Dir(f.Config)) }, "usual", "usual", []Purpose{ForSettings}},
		"state and run files":  {func(f Folders) error { return errors.Join(file(f.State), file(f.Runtime)) }, "temporary", "state", []Purpose{ForSockets, ForState}},
		"all of them files":    {func(f Folders) error { return errors.Join(file(f.State), file(f.Runtime), file(f.Config)) }, "temporary", "state", []Purpose{ForSockets, ForState, ForSettings}},
	} {
		t.Run(name, func(t *testing.T) {
			home(t)
			t.Setenv("TMPDIR", t.TempDir())
			t.Setenv("TMP", os.Getenv("TMPDIR")) // as Windows calls it
			usual := Locate()
			must(t, test.harm(usual))
			for range 2 { // the next launch has the same folders
				f, err := Prepare()
				if err != nil {
					t.Fatal(err)
				}
				state := map[string]string{"usual": usual.State, "run": filepath.Join(usual.Runtime, "state"), "temporary": filepath.Join(os.TempDir(), usual.Identity)}[test.state]
				run := map[string]string{"usual": usual.Runtime, "state": state}[test.runtime]
				if f.State != state || f.Runtime != run || f.Makeshift != (test.state != "usual") {
					t.Errorf("the folders are %+v", f)
				}
				var told []Purpose
				for _, u := range f.Unusable {
					told = append(told, u.Purpose)
					if !strings.Contains(u.Error(), u.Path) || !strings.Contains(u.Error(), u.Purpose.Variable()) {
						t.Errorf("it says %v", u)
					}
				}
				if !slices.Equal(told, test.purpose) {
					t.Errorf("it tells of %v", told)
				}
				if !slices.ContainsFunc(Places(), func(p Folders) bool { return p.State == f.State }) {
					t.Errorf("nobody looks for an instance in %s", f.State)
				}
			}
		})
	}
}

// Without any place that can be written there is nothing to run in.
func TestNoFolderCanBeUsed(t *testing.T) {
	home(t)
	usual := Locate()
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "file", "missing"))
	t.Setenv("TMP", os.Getenv("TMPDIR"))
	for _, path := range []string{usual.State, usual.Runtime, filepath.Dir(os.TempDir())} {
		must(t, errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)))
	}
	if f, err := Prepare(); err == nil || !strings.Contains(err.Error(), "XDG_STATE_HOME") {
		t.Errorf("%+v, %v", f, err)
	}
}

// The usual services file may be there and not be readable; one that is named must be.
func TestAServicesFileInNoFolder(t *testing.T) {
	home(t)
	f := Locate()
	must(t, errors.Join(os.MkdirAll(filepath.Dir(f.Config), 0o700), os.WriteFile(f.Config, nil, 0o600)))
	contents, err := Load(Options{}, f)
	if err != nil || len(contents.Services) != 2 || contents.Found || contents.Unread == nil || contents.Unread.Purpose != ForServices {
		t.Errorf("%+v, %v", contents, err)
	}
	if _, err := Load(Options{File: f.Services()}, f); err == nil {
		t.Error("one that is named")
	}
	if _, err := Check(Options{}, f, func([]spec.ServiceSpec) error { return nil }); err == nil {
		t.Error("check finds nothing wrong")
	}
}

// said is what an error says in English.
func said(err error) string { return Explain(err, words.English) }
