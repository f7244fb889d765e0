package instance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"agents-tray/manager"
	"agents-tray/tray"
)

// reader is somebody who reads the messages of an announcer.
type reader struct {
	announcer
	read []string
}

func newReader() *reader {
	r := &reader{}
	r.show = func(n tray.Notification) {
		line := n.Summary
		for _, action := range n.Actions {
			line += " [" + action.Label + "]"
		}
		r.read = append(r.read, line)
	}
	r.openFront = func() []tray.Action { return []tray.Action{{Label: "Open Dashboard"}} }
	r.withdraw = func(string) { r.read = append(r.read, "(withdrawn)") }
	return r
}

// states makes a picture of the services a, b and c after another: r running, s starting, w the
// same after its time, x the same with another answer, f failed, - stopped.
func states(letters string, before manager.Snapshot) manager.Snapshot {
	var snapshot manager.Snapshot
	for i, letter := range letters {
		name := string(rune('a' + i))
		service := manager.Service{Name: name, Title: strings.ToUpper(name), URL: "http://" + name}
		switch letter {
		case 'r':
			service.State = manager.Ready
		case 's':
			service.State = manager.Starting
		case 'x':
			service.State, service.Problem = manager.Starting, &manager.Problem{Kind: manager.NotReady, Title: service.Title, Answer: &manager.Answer{Kind: manager.AnswerTimeout}}
		case 'w':
			service.State, service.Problem = manager.Starting, &manager.Problem{Kind: manager.NotReady, Title: service.Title, Waited: 30 * time.Second}
			if was, _ := before.Service(name); was.Problem != nil {
				service.Problem = was.Problem
			}
		case '-':
			service.State = manager.Stopped
		case 'f':
			service.State, service.Problem = manager.Failed, &manager.Problem{Kind: manager.CrashLoop, Title: service.Title}
			if was, _ := before.Service(name); was.State == manager.Failed {
				service.Problem = was.Problem
			}
		}
		snapshot.Services = append(snapshot.Services, service)
	}
	return snapshot
}

func TestFailuresAreToldTogetherAndOnce(t *testing.T) {
	const buttons = " [Open log] [Restart] [Dismiss]"
	for name, test := range map[string]struct {
		states string // one after the other; a dot is a second
		want   []string
	}{
		"nothing":              {"rrr .", nil},
		"slow, still slow":     {"rrw . rrx . rrx .", []string{"C is still starting after 30 s" + buttons}},
		"one":                  {"rrf . rrf . rrf .", []string{"C keeps crashing" + buttons}},
		"two at once":          {"frr ffr .", []string{"2 services have failed [Open Dashboard] [Restart all] [Dismiss]"}},
		"one after the other":  {"frr . ffr .", []string{"A keeps crashing" + buttons, "2 services have failed [Open Dashboard] [Restart all] [Dismiss]"}},
		"a moment":             {"frr srr rrr .", nil},
		"back":                 {"frr . srr . rrr .", []string{"A keeps crashing" + buttons, "A is running again [Open]"}},
		"both back":            {"ffr . srr . rrr .", []string{"2 services have failed [Open Dashboard] [Restart all] [Dismiss]", "All services are running again"}},
		"one of two back":      {"ffr . rfr .", []string{"2 services have failed [Open Dashboard] [Restart all] [Dismiss]", "B keeps crashing" + buttons}},
		"stopped instead":      {"frr . -rr .", []string{"A keeps crashing" + buttons, "(withdrawn)"}},
		"slow":                 {"srr wrr . wrr . rrr .", []string{"A is still starting after 30 s" + buttons, "(withdrawn)"}},
		"slow and failed":      {"wfr .", []string{"A is still starting after 30 s [Open Dashboard] [Restart all] [Dismiss]"}},
		"failed again":         {"frr . srr . frr .", []string{"A keeps crashing" + buttons, "A keeps crashing" + buttons}},
		"back and failed anew": {"frr . rrr . frr .", []string{"A keeps crashing" + buttons, "A is running again [Open]", "A keeps crashing" + buttons}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newReader()
				for word := range strings.FieldsSeq(test.states) {
					if word == "." {
						time.Sleep(time.Second)
					} else {
						r.look(states(word, r.latest))
					}
				}
				r.close()
				if !slices.Equal(r.read, test.want) {
					t.Errorf("%q, want %q", r.read, test.want)
				}
			})
		})
	}
}

// However often the state changes, there is no message for each.
func TestAThousandChangesAreFewMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReader()
		for i := range 1000 {
			r.look(states([]string{"frr", "srr"}[i%2], r.latest))
			time.Sleep(time.Millisecond)
		}
		r.close()
		if len(r.read) > 3 {
			t.Errorf("%d messages: %q", len(r.read), r.read)
		}
	})
}

// A port that somebody else has can be changed from the message.
func TestAMessageOffersAnotherPort(t *testing.T) {
	r := newReader()
	snapshot := states("f", manager.Snapshot{})
	snapshot.Services[0].Problem.FreePort = 7862
	n := r.failure(snapshot.Services)
	if got, want := fmt.Sprint(n.Actions[1].Intent), "move a 7862"; got != want || n.Actions[1].Label != "Use port 7862 for A this time" {
		t.Errorf("%+v", n.Actions[1])
	}
}
