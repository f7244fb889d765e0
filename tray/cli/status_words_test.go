package cli

import (
	"strings"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
)

// A problem is told in sentences, by the status and by a command that waits for a service,
// never as the data that it is.
func TestTheTerminalTellsProblemsInSentences(t *testing.T) {
	chat := manager.Service{Name: "chat", Title: "Chat", State: manager.Failed, Problem: &manager.Problem{Kind: manager.CrashLoop, Title: "Chat", Exit: &manager.Exit{Code: 3}}}
	var printed, screened strings.Builder
	if err := printStatus(&printed, control.Status{Snapshot: manager.Snapshot{Services: []manager.Service{chat}}}, time.Now()); err != nil {
		t.Fatal(err)
	}
	(&screen{out: &screened, shown: map[string]seen{}}).Show(manager.Snapshot{Services: []manager.Service{chat}})
	_, failure, _ := outcome(control.Start, chat, chat, manager.Snapshot{})
	for where, text := range map[string]string{"status": printed.String(), "the screen": screened.String(), "start": failure.Error()} {
		if !strings.Contains(text, "Chat keeps crashing. It ended with an error (exit 3). Look at its log") || strings.Contains(text, "{") {
			t.Errorf("%s prints %s", where, text)
		}
	}
}
