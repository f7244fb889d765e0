package config

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/adrg/xdg"
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

func TestWithoutARuntimeFolderTheStateFolderServes(t *testing.T) {
	folder := home(t)
	t.Setenv("XDG_RUNTIME_DIR", filepath.Join(folder, "missing"))
	xdg.Reload()
	f, err := Prepare()
	if err != nil || f.Runtime != f.State {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestServices(t *testing.T) {
	f := Folders{State: "/state"}
	specs, err := Services(Defaults, f)
	if err != nil || len(specs) != 2 {
		t.Fatalf("%+v, %v", specs, err)
	}
	for i, want := range []string{"http://127.0.0.1:7861", "http://127.0.0.1:7860"} {
		if s := specs[i]; s.URL != want || "http://"+s.Listen != want || s.Ready.HTTP != want+"/healthz" || !s.Builtin || !s.Open {
			t.Errorf("%+v", s)
		}
	}
	without := Defaults
	without.NoChat, without.ChatPort, without.Host = true, without.DashboardPort, "::1"
	if specs, err := Services(without, f); err != nil || len(specs) != 1 || specs[0].URL != "http://[::1]:7861" {
		t.Errorf("without the Chat: %+v, %v", specs, err)
	}
	for host, fine := range map[string]bool{"127.0.0.1": true, "127.9.9.9": true, "localhost": true, "0.0.0.0": false, "192.168.1.2": false, "": false, "example.org": false} {
		options := Defaults
		options.Host = host
		if _, err := Services(options, f); (err == nil) != fine {
			t.Errorf("host %q: %v", host, err)
		}
	}
}
