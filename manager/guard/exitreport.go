package guard

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// ExitReport is what a guard knows of the end of a tray process that ended without
// announcing it.
type ExitReport struct {
	Session string    `json:"session"` // its mark
	At      time.Time `json:"at"`      // when it ended
	// OutOfMemory says that the system ended a process for lack of memory just then.
	OutOfMemory bool `json:"out_of_memory,omitempty"`
}

// writeExitReport writes the report for the next start, unless the tray has announced its
// end. An error is only logged: the guard is about to exit, too.
func (g *guard) writeExitReport() {
	if g.over || g.hello.ExitReport == "" {
		return
	}
	report := ExitReport{os.Getenv(MarkEnvironment), time.Now(), g.outOfMemory()}
	if err := os.WriteFile(g.hello.ExitReport, encode(report), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, "agents-tray guard: the tray has ended, which could not be written down:", err)
	}
}

// ReadExitReport reads the report at path; the zero value if there is none, or none that
// can be read.
func ReadExitReport(path string) ExitReport {
	var report ExitReport
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, &report) != nil {
		return ExitReport{}
	}
	return report
}
