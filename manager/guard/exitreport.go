package guard

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"agents-tray/manager/guard/proctree"
)

// ExitReport is what a guard knows of the end of its tray, if that did not announce it.
type ExitReport struct {
	Session string    `json:"session"` // value of proctree.SessionVariable
	At      time.Time `json:"at"`      // when the tray ended
	// OutOfMemory says that the system ended the tray for lack of memory.
	OutOfMemory bool `json:"out_of_memory,omitempty"`
}

// writeExitReport writes the report to the file that Hello named, unless the tray has
// announced its end. Failing that is written to standard error.
func (g *guard) writeExitReport() {
	if g.trayEnded || g.hello.ExitReport == "" {
		return
	}
	report := ExitReport{os.Getenv(proctree.SessionVariable), time.Now(), g.memory.trayKilled()}
	if err := os.WriteFile(g.hello.ExitReport, encode(report), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, "agents-tray guard: the tray has ended, but the report of that cannot be written:", err)
	}
}

// ReadExitReport reads the report at path. It returns the zero value if there is none
// that can be read.
func ReadExitReport(path string) ExitReport {
	var report ExitReport
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, &report) != nil {
		return ExitReport{}
	}
	return report
}
