package cli

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"agents-tray": func() { os.Exit(Main("v1.2.3")) }})
}

// TestScripts runs the scripts in testdata: what is typed, what is printed, and the status.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", Setup: func(e *testscript.Env) error {
		e.Vars = append(e.Vars, "HOME="+e.WorkDir+"/home", "XDG_RUNTIME_DIR="+e.WorkDir+"/run", "DBUS_SESSION_BUS_ADDRESS=unix:path="+e.WorkDir+"/none")
		return nil
	}})
}
