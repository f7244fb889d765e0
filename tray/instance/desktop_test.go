package instance

import (
	"strings"
	"testing"

	"agents-tray/manager/control"
	"agents-tray/sessiondb/verdict"
	"agents-tray/tray"
	"agents-tray/tray/words"
)

// shown are the messages that a test's desktop was told of.
type shown []tray.Notification

func (s *shown) Notify(n tray.Notification) { *s = append(*s, n) }
func (s *shown) Withdraw(string)            {}

// In a German message nothing is English but the names of workflows.
func TestAnUncleanEndIsToldInGermanAsAWhole(t *testing.T) {
	for count, want := range map[int]string{
		1: "Ein Workflow lief: Answer in “a”", 2: "2 Workflows liefen: Answer in “a”, b", 5: "5 Workflows liefen: Answer in “a”, b, b und 2 weitere",
	} {
		review := &control.Review{}
		for n := range count {
			name := "b"
			if n == 0 {
				name = "Answer in “a”"
			}
			review.Workflows = append(review.Workflows, control.ReviewWorkflow{Workflow: control.Workflow{Name: name}})
		}
		s, messages := &Instance{language: words.German, review: review, unclean: verdict.Verdict{Cause: verdict.Restart}, settings: openSettings(t.TempDir())}, shown{}
		s.SetDesktop(&messages)
		if len(messages) != 1 || messages[0].Summary != "Letzte Sitzung endete unerwartet" || !strings.HasPrefix(messages[0].Body, "Der Rechner wurde neu gestartet") || !strings.HasSuffix(messages[0].Body, "\n"+want) {
			t.Errorf("of %d workflows it says %+v, not %q", count, messages, want)
		}
	}
}
