package dashboard

import (
	"net/http"
	"slices"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/services/web/webtest"
)

func TestInterruptedWorkflowsAreToldWithAWayOn(t *testing.T) {
	i := start(t, both())
	i.review = lostPower()
	i.change(func(s *control.Status) { s.Unclean = lostPower() })
	url := open(t, i)
	_, home := ask(t, "GET", url+"/")
	webtest.Contains(t, home, "3 workflows were active: nightly-report, Answer in “Plans for the week”, mail-sorter.")
	_, body := ask(t, "GET", url+"/review")
	webtest.Contains(t, body, "nightly-report", "Python platform", "configurable-agents run &#39;/home/user/.local/state/agents-tray/again/nightly report.yaml&#39; --input day=today",
		`href="http://127.0.0.1:7860/c/c5"`, "Open in Chat", "It left no way to take it up again from here.")
	i.change(func(s *control.Status) { s.Services[1].State, s.Services[1].PID = manager.Stopped, 0 })
	_, body = ask(t, "GET", url+"/review")
	webtest.Contains(t, body, `aria-disabled="true" title="Chat does not run now"`)
}

func TestWhatIsUnderWayIsShownWhileItIs(t *testing.T) {
	t.Parallel()
	i, b := home(t)
	b.Shows("Both services are running.")
	i.change(func(s *control.Status) {
		s.Workflows = []control.Workflow{{ID: "c5", Source: "chat", Name: "Answer in “Plans”", Page: "/c/c5"}, {ID: "7", Source: "Python platform", Name: "nightly-report"}}
	})
	b.Until(`[...document.querySelectorAll("#under-way h3")].map((h) => h.innerText).join() === "Answer in “Plans”,nightly-report"`)
	if links := webtest.Eval[string](b, `[...document.querySelectorAll("#under-way a")].map((a) => a.href).join()`); links != "http://127.0.0.1:7860/c/c5" {
		t.Errorf("it leads to %s", links)
	}
	i.change(func(s *control.Status) { s.Workflows = nil })
	b.Until(`!document.querySelector("#under-way")`)
}

func TestRunAgainAsksOnceAndShowsWhatBecomesOfIt(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	i.review = lostPower()
	b := webtest.Open(t, webtest.Wide, open(t, i)+"/review")
	webtest.Next(t, i.reviewed)
	b.Press("[data-again]", kb.Enter)
	i.expect(t, "again Python platform 7")
	b.Shows("Running again")
	b.Until(`document.querySelector("[data-again]").getAttribute("aria-disabled") === "true"`)
	b.Until(`document.querySelector('a[href="/services/again-nightly-report/log"]').checkVisibility()`)
	for state, word := range map[manager.State]string{manager.Failed: "Failed again", manager.Completed: "Has run again"} {
		i.change(func(s *control.Status) {
			at := slices.IndexFunc(s.Services, func(s manager.Service) bool { return s.Name == "again-nightly-report" })
			s.Services[at].State = state
		})
		b.Shows(word)
		b.Until(`!document.querySelector("[data-again]").hasAttribute("aria-disabled")`)
	}
	if len(i.asked)+len(i.reviewed) != 0 {
		t.Error("it asked for more than that")
	}
}

func TestARefusedRunIsTold(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	i.review = lostPower()
	i.refusal = "everything has been stopped"
	url := open(t, i)
	b := webtest.Open(t, webtest.Wide, url+"/review")
	b.Allow("409")
	b.Click("[data-again]")
	b.Shows("This workflow was not run again.")
	b.Shows("Everything has been stopped.")
	b.Click(".refusal button")
	b.Until(`document.querySelector(".refusal").hidden && document.activeElement.matches("[data-again]")`)
	if status, _ := ask(t, "POST", url+"/api/workflows/chat/1/again"); status != http.StatusConflict {
		t.Errorf("status %d", status)
	}
	webtest.RefusesOtherSites(t, url, "POST /api/workflows/chat/1/again")
	if status, _ := ask(t, "GET", url+"/api/workflows/chat/1/again"); status == http.StatusConflict || status < 400 {
		t.Errorf("a mere link was passed on: %d", status)
	}
}
