package instance

import (
	"strings"
	"testing"

	"agents-tray/manager/control"
	"agents-tray/tray"
	"agents-tray/tray/words"
)

// shown are the messages that a test's desktop was told of.
type shown []tray.Notification

func (s *shown) Notify(n tray.Notification) { *s = append(*s, n) }
func (s *shown) Withdraw(string)            {}

// The cause of an unclean end is English so far, whatever the language of the message.
func TestAnUncleanEndIsTold(t *testing.T) {
	for count, want := range map[int]string{
		1: "1 workflow was active: Answer in “a”", 2: "2 workflows were active: Answer in “a”, b", 5: "5 workflows were active: Answer in “a”, b, b and 2 more",
	} {
		review := &control.Review{Cause: "The computer was restarted or lost power while Configurable Agents was running."}
		for n := range count {
			name := "b"
			if n == 0 {
				name = "Answer in “a”"
			}
			review.Workflows = append(review.Workflows, control.ReviewWorkflow{Workflow: control.Workflow{Name: name}})
		}
		s, messages := &Instance{language: words.German, review: review, settings: openSettings(t.TempDir())}, shown{}
		s.SetDesktop(&messages)
		if len(messages) != 1 || messages[0].Summary != "Letzte Sitzung endete unerwartet" || !strings.HasPrefix(messages[0].Body, "The computer was restarted") || !strings.HasSuffix(messages[0].Body, "\n"+want) {
			t.Errorf("of %d workflows it says %+v, not %q", count, messages, want)
		}
	}
}
