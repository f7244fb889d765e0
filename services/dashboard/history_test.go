package dashboard

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"agents-tray/manager/control"
	"agents-tray/services/web/webtest"
)

// aWeek is a history with every kind of end, newest first.
func aWeek(i *instance) {
	now := time.Now()
	i.sessions = []control.PastSession{{ID: "now", Version: "1.2.0", PID: 4100, Started: now.Add(-125 * time.Second), Current: true}}
	for n, ending := range []string{"killed", "clean", "crashed", "restarted", "out of memory", "unexpected", "unknown", "", "eaten by a whale"} {
		begin := now.Add(-time.Duration(n+1) * 9 * time.Hour)
		s := control.PastSession{ID: fmt.Sprint("s", n), Version: "1.1.0", PID: 3000 + n, Started: begin, Ended: begin.Add(8*time.Hour + 5*time.Minute), Ending: ending}
		if ending == "" {
			s.Ended = time.Time{}
		}
		if ending == "clean" {
			s.Detail = "The user logged off"
		}
		if ending == "crashed" {
			s.Detail = "panic: index out of range [20] with length 20\n\ngoroutine 48 [running]:"
		}
		i.sessions = append(i.sessions, s)
	}
	at := func(seconds int) time.Time { return now.Add(-9*time.Hour + time.Duration(seconds)*time.Second) }
	i.happened = map[string][]control.SessionEvent{"s0": {
		{At: at(0), Service: "dashboard", Kind: "started", PID: 3101},
		{At: at(0), Service: "chat", Kind: "started", PID: 3102},
		{At: at(1), Service: "dashboard", Kind: "ready", PID: 3101},
		{At: at(2), Service: "chat", Kind: "ready", PID: 3102},
		{At: at(700), Service: "chat", Kind: "exited", PID: 3102, Detail: "was killed (SIGKILL), by somebody or by the system for lack of memory"},
		{At: at(700), Service: "chat", Kind: "workflow interrupted", PID: 3102, Detail: "Answer in “Plans for the week”"},
		{At: at(700), Service: "chat", Kind: "restarting", Detail: "at once"},
		{At: at(701), Service: "chat", Kind: "gave up", Detail: "Chat keeps crashing. It ended with an error (exit 2). Its last lines:\n    panic: no model is configured\n    goroutine 1 [running]:\n"},
		{At: at(702), Kind: "guard lost", Detail: "the guard ended: signal: killed"},
		{At: at(703), Service: "dashboard", Kind: "exited", PID: 3101, Detail: "was stopped"},
		{At: at(704), Service: "dashboard", Kind: "stopped"},
	}, "s1": {}}
}

func TestTheHistoryTellsHowEachSessionEnded(t *testing.T) {
	i := start(t, both())
	url := open(t, i)
	_, body := ask(t, "GET", url+"/sessions")
	webtest.Contains(t, body, "No session is recorded", `href="/sessions" aria-current="page"`)
	aWeek(i)
	_, body = ask(t, "GET", url+"/sessions")
	webtest.Contains(t, body, "Of the last 9 sessions 6 ended unexpectedly.", `data-tone="good">Running<`, `data-tone="good">Ended cleanly, the user logged off<`,
		`data-tone="bad">Was killed<`, `data-tone="bad">Crashed<`, `data-tone="bad">The computer went down<`, `data-tone="bad">Killed for lack of memory<`,
		`data-tone="bad">Ended unexpectedly<`, `data-tone="idle">End not known<`, `data-tone="idle">End not recorded<`, `data-tone="bad">Ended: eaten by a whale<`,
		"At least 8 h 5 min", "Not known", `href="/sessions/s0"`)
	if strings.Contains(body, "Show older ones") {
		t.Error("there are no older ones")
	}
	for n := range 60 {
		i.sessions = append(i.sessions, control.PastSession{ID: fmt.Sprint("old", n), Started: time.Now().Add(-time.Hour), Ended: time.Now(), Ending: "clean"})
	}
	_, body = ask(t, "GET", url+"/sessions")
	webtest.Contains(t, body, `href="/sessions?all=1"`)
	_, body = ask(t, "GET", url+"/sessions?all=1")
	webtest.Contains(t, body, "/sessions/old59", "Of the last 69 sessions 6 ended unexpectedly.")
	i.stop()
	status, body := ask(t, "GET", url+"/sessions")
	if status != http.StatusServiceUnavailable {
		t.Errorf("without the manager: %d", status)
	}
	webtest.Contains(t, body, "is not running any more")
}

func TestASessionIsToldInOrderAndByService(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	aWeek(i)
	url := open(t, i)
	b := webtest.Open(t, webtest.Wide, url+"/sessions")
	b.Click(`a[href="/sessions/s0"]`)
	b.Shows("What happened")
	const told = `[...document.querySelectorAll(".events .state")].map((s) => s.innerText).join()`
	if got := webtest.Eval[string](b, told); got != "Started,Started,Ready,Ready,Ended,A workflow was interrupted,To be started again,Given up,The guard ended,Ended,Stopped" {
		t.Errorf("it tells %s", got)
	}
	b.Click(".events summary")
	b.Shows("panic: no model is configured")
	b.Click(`a[href="/sessions/s0?service=dashboard"]`)
	b.Shows("What happened to dashboard")
	if got := webtest.Eval[string](b, told); got != "Started,Ready,Ended,Stopped" {
		t.Errorf("of the Dashboard it tells %s", got)
	}
	_, body := ask(t, "GET", url+"/sessions/s1")
	webtest.Contains(t, body, "Ended cleanly", "Nothing was recorded of its services.", "8 h 5 min")
	i.happened["s2"] = nil
	_, body = ask(t, "GET", url+"/sessions/s2")
	webtest.Contains(t, body, "Technical detail", "index out of range")
	if status, body := ask(t, "GET", url+"/sessions/nobody"); status != http.StatusNotFound || !strings.Contains(body, "There is no such session.") {
		t.Errorf("of nobody: %d", status)
	}
}
