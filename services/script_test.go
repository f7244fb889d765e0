package services

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"workflow": func() {
		if Workflow().Execute() != nil {
			os.Exit(1)
		}
	}})
}

// TestScripts runs the scripts in testdata: what is typed, what is printed, and the status.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata"})
}
