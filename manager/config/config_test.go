package config

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/adrg/xdg"

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
		if err := errors.Join(os.MkdirAll(folder, 0o755), os.Chmod(folder, 0o777)); err != nil {
			t.Fatal(err)
		}
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

func TestAStateFolderThatCannotBeWritten(t *testing.T) {
	folder := home(t)
	state := Locate().State
	if err := errors.Join(os.MkdirAll(filepath.Dir(state), 0o700), os.WriteFile(state, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	f, err := Prepare()
	if err != nil || f.State != filepath.Join(f.Runtime, "state") || f.Makeshift == nil || !strings.Contains(f.Makeshift.Error(), state) {
		t.Errorf("%+v, %v", f, err)
	}
	t.Setenv("XDG_RUNTIME_DIR", filepath.Join(folder, "missing"))
	xdg.Reload()
	if f, err := Prepare(); err == nil || !strings.Contains(err.Error(), "XDG_STATE_HOME") {
		t.Errorf("%+v, %v", f, err)
	}
}

// said is what an error says in English.
func said(err error) string { return Explain(err, words.English) }
