package dashboard

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/words"
	"agents-tray/services/web/webtest"
)

// open serves the Dashboard of an instance until the test ends, and returns its URL.
func open(t *testing.T, i *instance) string {
	t.Helper()
	address, _ := webtest.Serve(t, New(i.client), "127.0.0.1:0")
	return "http://" + address
}

// ask sends a request without a body.
func ask(t *testing.T, method, url string, headers ...string) (status int, response string) {
	t.Helper()
	return webtest.Request(t, method, url, nil, headers...)
}

func TestFirstPaintHasTheState(t *testing.T) {
	i := start(t, both())
	i.change(func(s *control.Status) {
		chatFailed(s)
		s.Notices = []string{"Notifications are off on this desktop."}
		s.Unclean = &control.Review{Cause: "Power was lost at 14:03."}
	})
	status, body := ask(t, "GET", open(t, i)+"/")
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	webtest.Contains(t, body, "Chat keeps crashing", "1 of 2 services is running.", "Look at its log for the reason",
		"ended with an error (exit code 2)", "panic: no model is configured", "1 min ago", "2 min 5 s", "4110",
		"Notifications are off on this desktop.", "Power was lost at 14:03.", `href="/review"`)
}

func TestTroubleHasThreeParts(t *testing.T) {
	exit := &manager.Exit{Code: 2, Words: "ended with exit code 2"}
	for _, test := range []struct {
		problem *manager.Problem
		why     string
	}{
		{nil, "Its last process ended with exit code 2."},
		{&manager.Problem{Kind: manager.CrashLoop, Prose: manager.Prose{Summary: "Chat failed"}}, "Its last process ended with exit code 2."},
		{&manager.Problem{Kind: manager.CrashLoop, Prose: manager.Prose{Summary: "Chat failed", Cause: "It " + exit.Words}}, "It ended with exit code 2."},
	} {
		s := manager.Service{Title: "Chat", State: manager.Failed, LastExit: exit, Problem: test.problem}
		got := problemView(s)
		if got.What != "Chat failed" || got.Why != test.why || got.Now != defaultAdvice() {
			t.Errorf("%+v: %+v", s.Problem, got)
		}
	}
}

func TestWithoutTheManagerTheFirstPageSaysWhatToDo(t *testing.T) {
	i := start(t, both())
	i.stop()
	status, body := ask(t, "GET", open(t, i)+"/")
	if status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
	webtest.Contains(t, body, "Configurable Agents is not running any more.", "It was quit or it ended unexpectedly.",
		"Start it again from", "Technical detail")
}

// events returns what waits for the next event of a name, and reads its data.
func events(t *testing.T, body io.Reader) (next func(name string, data any)) {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	return func(name string, data any) {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == "event: "+name {
				lines.Scan()
				if err := json.Unmarshal([]byte(strings.TrimPrefix(lines.Text(), "data: ")), data); err != nil {
					t.Fatal(err)
				}
				return
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
	}
}

func TestEventsRelayEachChange(t *testing.T) {
	i := start(t, both())
	response, err := http.Get(open(t, i) + "/api/events")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	next := events(t, response.Body)
	var status control.Status
	var page pageEvent
	if next("status", &status); status.Services[1].State != manager.Ready {
		t.Errorf("first event: %+v", status)
	}
	if next("page", &page); page.Title != "Running" || page.Version != "1.2.0" {
		t.Errorf("first page: %+v", page)
	}
	i.change(chatFailed)
	if next("status", &status); status.Services[1].State != manager.Failed {
		t.Errorf("event after the change: %+v", status)
	}
	next("page", &page)
	webtest.Contains(t, page.HTML, "Chat keeps crashing")
	i.stop()
	next("page", &page)
	webtest.Contains(t, page.HTML, "is not running any more", "Not connected", "What follows was last known")
	i.serve(t)
	if next("status", &status); status.Services[1].State != manager.Failed {
		t.Errorf("event after the return: %+v", status)
	}
}

func TestActionsArePassedOn(t *testing.T) {
	i := start(t, both())
	url := open(t, i)
	for _, action := range []string{"start", "stop", "restart"} {
		if status, body := ask(t, "POST", url+"/api/services/chat/"+action); status != http.StatusAccepted {
			t.Errorf("%s: %d %s", action, status, body)
		}
		if asked := webtest.Next(t, i.asked); asked != action+" chat" {
			t.Errorf("asked %q", asked)
		}
	}
	if status, body := ask(t, "POST", url+"/api/services/chat/quit"); status != http.StatusNotFound || !strings.Contains(body, `"what"`) {
		t.Errorf("an unknown action: %d %s", status, body)
	}
	if status, _ := ask(t, "GET", url+"/api/services/chat/stop"); status == http.StatusAccepted {
		t.Error("a mere link may not stop a service")
	}
	i.refusal = "the program is shutting down"
	if status, body := ask(t, "POST", url+"/api/services/chat/stop"); status != http.StatusConflict || !strings.Contains(body, "Chat was not stopped.") || !strings.Contains(body, words.Sentence(i.refusal)) {
		t.Errorf("a refusal: %d %s", status, body)
	}
	i.stop()
	status, body := ask(t, "POST", url+"/api/services/chat/stop")
	if status != http.StatusServiceUnavailable {
		t.Errorf("without the manager: %d", status)
	}
	webtest.Contains(t, body, "is not running any more")
}

func TestLogs(t *testing.T) {
	i := start(t, both())
	url := open(t, i)
	i.print("chat", "out", "\x1b[32mINFO\x1b[0m listening on \x1b]8;;http://x\x07127.0.0.1\x1b]8;;\x07")
	i.print("chat", "err", "<script>alert(1)</script> Ünder 😀 lined")
	i.print("chat", "err", "over\u202eride \u009b2J")
	_, body := ask(t, "GET", url+"/services/chat/log")
	webtest.Contains(t, body, "Log of Chat", "Restart", "chat.log")
	_, body = ask(t, "GET", url+"/api/services/chat/lines")
	webtest.Contains(t, body, `over\\u202eride \\u009b2J`, `"INFO listening on 127.0.0.1"`, `\u003cscript\u003ealert(1)`, `"start":true,"end":true`)
	var found struct {
		Lines []logLine
		First string
	}
	read := func(query string) string {
		t.Helper()
		status, body := ask(t, "GET", url+"/api/services/chat/lines?"+query)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", query, status, body)
		}
		found.Lines = nil
		if err := json.Unmarshal([]byte(body), &found); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(len(found.Lines))
	}
	if read("match=LINED") != "1" || !slices.Equal(found.Lines[0].Marks, []int{35, 40}) { // 😀 is two units
		t.Errorf("%+v", found.Lines)
	}
	if read("match=l.n") != "0" || read("match=l.n&regexp=1") != "1" || read("match=^info.*\\d$&regexp=1") != "1" || read("stream=err") != "2" || read("match=(%3F-i)info&regexp=1") != "0" {
		t.Error("the filter takes other lines")
	}
	if read("count=1") != "1" || read("count=2000&before="+found.First) != "2" || read("after=&count=1") != "1" || found.Lines[0].Stream != "out" {
		t.Errorf("%+v", found)
	}
	status, body := ask(t, "GET", url+"/services/chat/log.txt?stream=err&match=script")
	if lines := strings.Split(body, "\n"); status != http.StatusOK || len(lines) != 2 || !strings.HasSuffix(lines[0], "Z err <script>alert(1)</script> Ünder 😀 lined") {
		t.Errorf("%d %q", status, body)
	}
	for path, want := range map[string]int{
		"/api/services/chat/lines?match=(&regexp=1":                  http.StatusBadRequest,
		"/api/services/chat/lines?match=" + strings.Repeat("x", 501): http.StatusBadRequest,
		"/api/services/chat/lines?count=2001":                        http.StatusBadRequest,
		"/api/services/chat/lines?before=x":                          http.StatusBadRequest,
		"/api/services/chat/follow?after=x.1":                        http.StatusBadRequest,
		"/api/services/nobody/lines":                                 http.StatusNotFound,
		"/services/nobody/log":                                       http.StatusNotFound,
		"/services/nobody/log.txt":                                   http.StatusNotFound,
		"/nothing/here":                                              http.StatusNotFound,
	} {
		if status, body := ask(t, "GET", url+path); status != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestLogsAreFollowed(t *testing.T) {
	i := start(t, both())
	i.print("chat", "out", "one")
	url := open(t, i)
	var first struct{ Last string }
	_, body := ask(t, "GET", url+"/api/services/chat/lines")
	if err := json.Unmarshal([]byte(body), &first); err != nil {
		t.Fatal(err)
	}
	listen := func(query string) (next func(name string, data any)) {
		t.Helper()
		response, err := http.Get(url + "/api/services/chat/follow?" + query)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { response.Body.Close() })
		return events(t, response.Body)
	}
	next := listen("after=" + first.Last)
	i.print("chat", "out", "two")
	i.print("chat", "err", "\x1b[31mthree")
	var texts []string
	var last string
	for len(texts) < 2 {
		var e struct {
			Lines []logLine
			Last  string
		}
		next("lines", &e)
		for _, line := range e.Lines {
			texts = append(texts, line.Text)
		}
		last = e.Last
	}
	i.stop() // the file is there without the instance, too
	i.print("chat", "out", "four")
	for _, after := range []string{last, first.Last} {
		next = listen("match=r&after=" + after)
		for !slices.Contains(texts, "four") {
			var e struct{ Lines []logLine }
			next("lines", &e)
			for _, line := range e.Lines {
				texts = append(texts, line.Text)
			}
		}
	}
	if want := []string{"two", "three", "four"}; !slices.Equal(texts, want) {
		t.Errorf("%q", texts)
	}
}

func TestReviewIsReadOnceAndStays(t *testing.T) {
	i := start(t, both())
	url := open(t, i)
	_, body := ask(t, "GET", url+"/review")
	webtest.Contains(t, body, "Nothing to review")
	if len(i.reviewed) != 0 {
		t.Error("an empty page is no review")
	}
	i.review = lostPower()
	for _, fetched := range [][]string{{"Sec-Fetch-Dest", "document"}, {"Sec-Fetch-Dest", "empty"}, {"Sec-Purpose", "prefetch"}} {
		_, body = ask(t, "GET", url+"/review", fetched...)
		webtest.Contains(t, body, "Last session ended unexpectedly", "The computer lost power or was restarted.", "1 h 20 min",
			"Was running", "Had failed", "nightly-report", "boot id changed")
		if len(i.reviewed) != 0 {
			t.Errorf("a GET with %v has taken the reminder away", fetched)
		}
	}
	if status, body := ask(t, "POST", url+"/api/reviewed"); status != http.StatusAccepted {
		t.Errorf("POST: %d %s", status, body)
	}
	webtest.Next(t, i.reviewed)
	i.stop()
	status, body := ask(t, "GET", url+"/review")
	if status != http.StatusServiceUnavailable {
		t.Errorf("without the manager: %d", status)
	}
	webtest.Contains(t, body, "is not running any more")
}

func TestAPageThatWasShownTakesTheReminderAway(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	i.review = lostPower()
	b := webtest.Open(t, webtest.Wide, open(t, i)+"/review")
	b.Shows("Last session ended unexpectedly")
	webtest.Next(t, i.reviewed)
}

func TestOtherSitesAreRefused(t *testing.T) {
	i := start(t, both())
	url := open(t, i)
	webtest.RefusesOtherSites(t, url, "POST /api/services/chat/stop", "POST /api/offers/platform")
	if len(i.asked) != 0 {
		t.Errorf("asked all the same: %s", <-i.asked)
	}
	for _, name := range []string{"Host", "Origin"} {
		if status, _ := ask(t, "GET", url+"/api/events", name, "evil.example"); status < 400 {
			t.Errorf("events for a foreign %s: %d", name, status)
		}
	}
}

func TestAServiceThatWaitsSaysForWhat(t *testing.T) {
	s := manager.Service{Name: "web", Title: "Web", State: manager.Waiting, WaitsFor: "Db"}
	if word := serviceView(s, false).Word; word != "Waiting for Db" {
		t.Errorf("it says %q", word)
	}
}

// A pending request to quit is in the headline, unless there is a problem.
func TestAPendingQuitIsShown(t *testing.T) {
	at := time.Date(2026, 5, 4, 14, 32, 0, 0, time.Local)
	for _, test := range []struct {
		wish          *control.Quitting
		phase         manager.Phase
		tone          tone
		head, summary string
	}{
		{nil, manager.PhaseRunning, good, "Running", "Both services are running."},
		{
			&control.Quitting{Workflows: 1, Asked: true, Deadline: at}, manager.PhaseRunning, busy, "Asks whether to quit",
			"1 workflow is running. Answer in the tray menu by 14:32, or it is finished first.",
		},
		{
			&control.Quitting{Workflows: 2, Asked: true, Deadline: at}, manager.PhaseRunning, busy, "Asks whether to quit",
			"2 workflows are running. Answer in the tray menu by 14:32, or they are finished first.",
		},
		{&control.Quitting{Workflows: 1, Decided: true, Deadline: at}, manager.PhaseRunning, busy, "About to quit", "Quits after 1 workflow, at 14:32 at the latest."},
		{&control.Quitting{Workflows: 2, Decided: true, Deadline: at}, manager.PhaseTrouble, bad, "Chat keeps crashing", "Quits after 2 workflows, at 14:32 at the latest."},
		{&control.Quitting{Decided: true, Deadline: at}, manager.PhaseStopping, busy, "Stopping…", "Both services are running."},
	} {
		status := both()
		if test.phase == manager.PhaseTrouble {
			chatFailed(&status)
		}
		status.Phase, status.Quitting = test.phase, test.wish
		if o := view(&status, nil); o.Tone != test.tone || o.Headline != test.head || o.Summary != test.summary {
			t.Errorf("%+v: %s %q, %q", test.wish, o.Tone, o.Headline, o.Summary)
		}
	}
}
