package dashboard

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/services/web/webtest"
)

// crashed is a Chat that has crashed and waits for its next start, and has printed before.
func crashed(i *instance) {
	for n := range 300 {
		i.print("chat", "out", fmt.Sprintf("line %d", n))
	}
	i.print("chat", "err", "Traceback (most recent call last):")
	i.print("chat", "err", `  File "chat.py", line 3`)
	i.print("chat", "err", "ValueError: no key <b>")
	i.print("chat", "sys", "ended with an error (exit code 1)")
	exit := &manager.Exit{PID: 4111, At: time.Now(), Code: 1, Lines: []string{"ValueError: no key <b>"}}
	i.print("chat", "sys", "started, pid 4112")
	i.print("chat", "out", "of the next process")
	i.change(func(s *control.Status) {
		chat := &s.Services[1]
		chat.State, chat.PID, chat.Started, chat.Restarts, chat.LastExit = manager.BackingOff, 0, time.Time{}, 3, exit
		chat.NextTry = time.Now().Add(time.Minute)
	})
}

func TestTheCrashReportHasTheReasonFirst(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	crashed(i)
	b := webtest.Open(t, webtest.Wide, open(t, i)+"/services/chat/crash")
	clipboard := b.Clipboard()
	b.Until(`document.querySelector("#end p").innerText === "ValueError: no key <b>"`)
	b.Shows("It ended with an error (exit 1).")
	b.Shows("Last 200 lines")
	b.Until(`document.querySelectorAll(".log-line").length === 200 && document.querySelector(".log").lastElementChild.innerText.includes("ended with an error")`)
	b.Until(`document.querySelectorAll("[data-stream=err]").length === 3`)
	b.Until(`[...document.querySelectorAll("#end dd")].slice(1).map((e) => e.innerText).join().startsWith("4111,3,` + time.Now().Format("2006-")[:4] + `")`)
	b.Click("#copy-report")
	b.Until(`document.getElementById("copy-report").innerText === "Copied"`)
	copied := clipboard()
	if lines := strings.Split(copied, "\n"); lines[0] != "Crash report of Chat" || !strings.HasSuffix(lines[2], "ValueError: no key <b>") || len(lines) < 200 {
		t.Errorf("copied:\n%.600s", copied)
	}
	webtest.Contains(t, copied, "It ended with an error (exit 1).", "Restarts:       3", "Version:        1.2.0, ", "err Traceback (most recent call last):")
	b.Click("#restart-chat")
	i.expect(t, "restart chat")
	i.change(func(s *control.Status) {
		chat := &s.Services[1]
		chat.State, chat.NextTry = manager.Failed, time.Time{}
	})
	b.Shows("Not by itself")
	i.change(func(s *control.Status) {
		chat := &s.Services[1]
		chat.State, chat.PID, chat.Started = manager.Ready, 4113, time.Now()
	})
	b.Shows("It runs for")
}

func TestACrashReportWithoutACrash(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	url := open(t, i)
	b := webtest.Open(t, webtest.Wide, url+"/services/chat/crash")
	b.Shows("No crash is known")
	i.change(chatFailed) // its lines are not in the log: those of the guard are shown
	b.Until(`document.querySelector("#end p")?.innerText === "panic: no model is configured"`)
	b.Shows("Last 3 lines")
	if status, _ := ask(t, "GET", url+"/services/nobody/crash"); status != http.StatusNotFound {
		t.Errorf("of nobody: %d", status)
	}
	if status, body := ask(t, "GET", url+"/services/dashboard/crash.txt"); status != http.StatusOK || !strings.Contains(body, "has not failed") {
		t.Errorf("%d %s", status, body)
	}
}
