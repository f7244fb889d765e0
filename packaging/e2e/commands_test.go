//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/services/web/webtest"
)

// The commands act on the running instance, wait for the outcome, and say it by their
// status.
func TestCommandsActAndWait(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	state := func(service string) manager.Service {
		t.Helper()
		var status control.Status
		must(t, json.Unmarshal([]byte(u.Command("status", "--json")), &status))
		s, _ := status.Service(service)
		return s
	}
	before := state("chat")
	if before.State != manager.Ready || !strings.Contains(u.Command("status"), u.URL(u.Chat)) {
		t.Errorf("the status is %+v and\n%s", before, u.Command("status"))
	}
	if said := u.Command("restart", "chat"); said != "chat: ready at "+u.URL(u.Chat)+"\n" || state("chat").PID == before.PID {
		t.Errorf("restart says %q, and %d was %d", said, state("chat").PID, before.PID)
	}
	if said := u.Command("stop", "chat"); said != "chat: stopped\n" || state("chat").State != manager.Stopped {
		t.Errorf("stop says %q, and it is %s", said, state("chat").State)
	}
	if said := u.Command("start", "chat"); said != "chat: ready at "+u.URL(u.Chat)+"\n" || state("chat").State != manager.Ready {
		t.Errorf("start says %q, and it is %s", said, state("chat").State)
	}
	u.Command("stop")
	for _, service := range []string{"dashboard", "chat"} {
		if s := state(service); s.State != manager.Stopped {
			t.Errorf("after stop, %s is %s", service, s.State)
		}
	}
	u.Command("start")
	u.Command("pause")
	u.Command("resume")
	p.ready()
	u.Command("open", "chat")
	u.opens(u.URL(u.Chat))
	if logs := u.Command("logs", "-n", "5"); !strings.Contains(logs, "chat      | ") || !strings.Contains(logs, "dashboard | ") {
		t.Errorf("the logs are\n%s", logs)
	}
	if said := u.Command("autostart", "status"); said != "off\n" {
		t.Errorf("autostart is %q", said)
	}
	if said := u.Command("__complete", "restart", "dashboard", ""); !strings.HasPrefix(said, "chat\n:") {
		t.Errorf("completion offers %q", said)
	}
	doctor := u.launchExactly("doctor") // the instance's ports are not those of the file
	doctor.End()
	webtest.Contains(t, doctor.Out.String(), fmt.Sprintf("✓ Port %d is Chat's", u.Chat))
	u.fails(1, []string{"restart", "nobody"}, `there is no service "nobody". There are: dashboard chat`)
	u.Command("quit")
	p.CleanEnd()
}

// A service that fails is told with its reason, and the status is 1.
func TestStartTellsAFailure(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	u.WithServices("  broken: {command: [" + shell + `, -c, "echo no space left >&2; exit 7"], restart: never, ready: {log: listening}}` + "\n")
	p := u.launchExactly()
	p.Status("it has failed", is("broken", manager.Failed))
	u.fails(1, []string{"start", "broken"}, "exit 7", "no space left")
	u.Command("quit")
	p.CleanEnd()
}

// A service without a check that ends as soon as it runs is no success, however often it is
// started again; why it takes so long is told before the outcome.
func TestStartOfAServiceThatEndsAtOnce(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.WithServices(`  good: {command: sleep 601}
  fleeting: {command: [sh, -c, "exit 7"], restart: {give_up: 3 in 60s, delay: 400ms}}
`)
	p := u.launchExactly("ui")
	p.Status("it has failed", func(s control.Status) bool {
		fleeting, _ := s.Service("fleeting")
		return fleeting.State == manager.Failed
	})
	start := u.launchExactly("start", "fleeting")
	start.ends(1)
	const note = "fleeting: it ended with an error (exit 7), and is started again\n"
	if said := start.Out.String(); !strings.HasPrefix(said, note) || strings.Contains(said, "ready") || strings.Count(said, "started again") != 1 {
		t.Errorf("it says\n%s", said)
	}
	u.Command("quit")
	p.CleanEnd()
}

// ui --json writes a line for each state of each service, and goes on when one fails.
func TestTheTerminalFormAsLinesOfJSON(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.WithServices("  good: {command: sleep 601}\n  bad: {command: no-such-program}\n")
	p := u.launchExactly("ui", "--json")
	p.Status("one runs", func(s control.Status) bool {
		good, _ := s.Service("good")
		bad, _ := s.Service("bad")
		return good.State == manager.Ready && bad.State == manager.Failed
	})
	u.Command("quit")
	p.End()
	states := map[string]bool{}
	for line := range strings.Lines(p.Out.String()) {
		var e struct {
			At             time.Time
			Service, State string
			Problem        *struct{ Kind, Summary string }
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.At.IsZero() {
			t.Errorf("%q: %v", line, err)
		}
		states[e.Service+" "+e.State] = true
		if e.State == "failed" && (e.Problem == nil || e.Problem.Kind != "not-found" || e.Problem.Summary == "") {
			t.Errorf("the failure is %s", line)
		}
	}
	if !states["good ready"] || !states["bad failed"] {
		t.Errorf("there are %v", states)
	}
}
