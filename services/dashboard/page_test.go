package dashboard

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/services/web/webtest"
)

func TestEachStateIsAWordAndAShape(t *testing.T) {
	t.Parallel()
	i, b := home(t)
	shapes := make(map[string]string)
	for state, words := range stateWords {
		i.change(func(s *control.Status) { s.Services[1].State = state })
		b.Until(fmt.Sprintf(`document.querySelector("#service-chat .state").innerText === %s`, webtest.Quote(words.word)))
		shapes[string(words.tone)] = webtest.Eval[string](b, `(() => {
			const style = getComputedStyle(document.querySelector("#service-chat .state"), "::before");
			return [style.backgroundImage !== "none", style.backgroundColor === style.color, style.clipPath !== "none"].join();
		})()`)
	}
	seen := make(map[string]string)
	for tone, shape := range shapes {
		if other, twice := seen[shape]; twice {
			t.Errorf("%s and %s have the same shape", tone, other)
		}
		seen[shape] = tone
	}
}

func TestWordsOfStates(t *testing.T) {
	t.Parallel()
	i, b := home(t)
	for want, s := range map[string]manager.Service{
		"Completed":      {State: manager.Completed},
		"Stopped":        {State: manager.Stopped},
		"Stopped by you": {State: manager.Stopped, ByHand: true},
		"Starting…":      {State: manager.Starting, ByHand: true},
	} {
		i.change(func(status *control.Status) { status.Services[1].State, status.Services[1].ByHand = s.State, s.ByHand })
		b.Until(`document.querySelector("#service-chat .state").innerText === ` + webtest.Quote(want))
	}
	i.change(func(s *control.Status) { s.Services[1].State = manager.Completed })
	b.Shows("The service is running. 1 has done its work.")
	height := webtest.Eval[float64](b, `document.documentElement.scrollHeight`)
	i.change(func(s *control.Status) { s.Services[0].Status = "Loading <b>3</b> of 7 models" })
	b.Until(`document.querySelector("#service-dashboard .says").innerText === "Loading <b>3</b> of 7 models"`)
	if now := webtest.Eval[float64](b, `document.documentElement.scrollHeight`); now != height {
		t.Errorf("the page grew from %v to %v pixels", height, now)
	}
}

// watchDisabled returns an expression that tells whether a button has been disabled since:
// it is for a few seconds only, which a slow computer may miss.
func watchDisabled(b *webtest.Tab, button string) string {
	const isDisabled = `document.querySelector(%q)?.getAttribute("aria-disabled") === "true"`
	webtest.Eval[bool](b, fmt.Sprintf(`new MutationObserver(() => { window.wasDisabled ||= `+isDisabled+` })
		.observe(document.body, { attributes: true, subtree: true }), true`, button))
	return "window.wasDisabled"
}

func TestButtonsAsk(t *testing.T) {
	t.Parallel()
	i, b := home(t)
	b.Shows("Both services are running.")
	disabled := watchDisabled(b, "#restart-chat")
	b.Press("#restart-chat", kb.Enter)
	i.expect(t, "restart chat")
	b.Until(disabled)
	i.change(func(s *control.Status) { s.Services[1].PID++ })
	b.Until(`!document.querySelector("#restart-chat").hasAttribute("aria-disabled")`)
}

// What is only watched cannot be started or stopped here, so nothing offers to.
func TestWhatIsOnlyWatchedHasNoButtons(t *testing.T) {
	i := start(t, both())
	i.change(func(s *control.Status) {
		s.Services = append(s.Services, manager.Service{Name: "gpu", Title: "Model server", URL: "http://127.0.0.1:9", Open: true, State: manager.Ready, Watched: true})
	})
	b := webtest.Open(t, webtest.Wide, open(t, i))
	buttons := func() int { return webtest.Eval[int](b, `document.querySelectorAll("#service-gpu button").length`) }
	b.Until(`document.querySelector("#open-gpu") && document.querySelector("#service-gpu .state").innerText === "Running"`)
	if n := buttons(); n > 0 {
		t.Errorf("it has %d buttons", n)
	}
	i.change(func(s *control.Status) {
		s.Services[2].State = manager.Starting
		s.Services[2].Problem = &manager.Problem{Kind: manager.NotAnswering, Title: "Model server", Answer: &manager.Answer{Kind: manager.AnswerRefused}}
	})
	b.Until(`document.querySelector("#service-gpu .state").innerText === "Not answering"`)
	if n := buttons(); n > 0 {
		t.Errorf("when it does not answer, it has %d buttons", n)
	}
}

// A taken port offers another as a button, and the address is no link to the program that
// holds the port.
func TestATakenPortOffersAnother(t *testing.T) {
	t.Parallel()
	i, b := home(t)
	b.Until(`document.querySelector("#service-chat .service-facts a")`)
	i.change(portHeld)
	b.Shows("Use port 9862 this time")
	b.Until(`document.querySelectorAll("#service-chat a[href^='http://127.0.0.1:7860']").length === 0`)
	b.Shows("127.0.0.1:7860")
	disabled := watchDisabled(b, "#move-chat")
	b.Click("#move-chat")
	i.expect(t, "move/chat/9862")
	b.Until(disabled)
	i.change(func(s *control.Status) { *s = both() })
	b.Until(`!document.querySelector("#move-chat") && document.querySelector("#service-chat .service-facts a")`)
	if status, body := ask(t, "POST", webtest.Eval[string](b, "location.origin")+"/api/services/chat/move/9862"); status != 409 || !strings.Contains(body, "not offered any more") {
		t.Errorf("once it is over: %d %s", status, body)
	}
}

// The platform that was found is offered, and the page follows itself to where it is afterwards.
func TestTheFoundPlatformIsOffered(t *testing.T) {
	i, other := start(t, both()), start(t, both())
	b := webtest.Open(t, webtest.Wide, open(t, i))
	b.Shows("Both services are running.")
	i.change(platformFound)
	b.Shows("/home/user/my-project/.venv/bin/configurable-agents")
	i.mu.Lock()
	i.refusal = "the file is read-only"
	i.mu.Unlock()
	b.Allow("409")
	b.Click("#take")
	b.Shows("The file is read-only.")
	b.Click("#refusal-offer button")
	b.Until(`document.activeElement.id === "take"`)
	i.mu.Lock()
	i.refusal, i.moved = "", open(t, other)
	i.mu.Unlock()
	b.Click("#take")
	i.expect(t, "take platform")
	b.Until("location.origin === " + webtest.Quote(i.moved) + " && document.readyState === 'complete'")
	b.Shows("Both services are running.")
}

func TestARefusalIsToldInTheCard(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	i.refusal = "the program is shutting down"
	b := webtest.Open(t, webtest.Wide, open(t, i))
	b.Allow("409")
	b.Click("#toggle-chat")
	b.Shows("Chat was not stopped.")
	b.Shows("The program is shutting down.")
	b.Click("#refusal-chat button")
	b.Until(`document.querySelector("#refusal-chat").hidden && document.activeElement.id === "toggle-chat"`)
}

func TestStoppingTheDashboardAsksFirst(t *testing.T) {
	t.Parallel()
	i, b := home(t)
	b.Shows("Both services are running.")
	b.Click("#toggle-dashboard")
	b.Shows("To get it back, choose Services ▸ Dashboard ▸ Start in the tray menu.")
	b.Do(chromedp.KeyEvent(kb.Escape))
	b.Until(`!document.querySelector("dialog").open`)
	b.Click("#toggle-dashboard")
	b.Click("dialog .danger")
	i.expect(t, "stop dashboard")
}

func TestForeignTextIsText(t *testing.T) {
	t.Parallel()
	const attack = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>&"'` + "`"
	i := start(t, both())
	i.change(func(s *control.Status) {
		chatFailed(s)
		chat := &s.Services[1]
		chat.Title, chat.URL = attack, `javascript:document.title="taken"`
		chat.Problem = &manager.Problem{Prose: manager.Prose{Summary: attack, Advice: attack}}
		chat.LastExit = &manager.Exit{Code: 1, Words: attack, Lines: []string{attack}, Reasons: 1}
		s.Notices = []string{attack}
		s.Unclean = &control.Review{Cause: attack}
		s.Workflows = []control.Workflow{{ID: attack, Source: attack, Name: attack, Page: attack}}
	})
	i.review = lostPower()
	i.review.Cause, i.review.Detail = attack, attack
	i.review.Workflows[0].Workflow = control.Workflow{ID: attack, Source: attack, Name: attack, Page: attack, Again: []string{attack}, Note: attack}
	i.review.Workflows[1].Page = `@evil.example/"onclick="` + attack
	aWeek(i)
	i.sessions[1].Version = attack
	i.happened["s0"][0].Detail, i.happened["s0"][1].Service, i.happened["s0"][2].Kind = attack, attack, attack
	i.refusal = attack
	i.print("chat", "out", attack)
	url := open(t, i)
	b := webtest.Open(t, webtest.Wide, url)
	b.Allow("409")
	b.Shows(attack)
	b.Click("#toggle-chat")
	b.Until(`document.querySelector("#refusal-chat").textContent.includes(` + webtest.Quote(attack) + `)`)
	i.change(func(s *control.Status) { s.Notices = append(s.Notices, "done") }) // also through an update
	b.Shows("done")
	const harmed = `document.title.startsWith("taken") || document.querySelectorAll("main script, main img").length > 0 ||
		[...document.querySelectorAll("a[href]")].some((a) => a.hostname !== "127.0.0.1")`
	for _, path := range []string{"", "/services/chat/log", "/review", "/sessions", "/sessions/s0"} {
		if path != "" {
			b.Do(chromedp.Navigate(url + path))
			b.Shows(attack)
		}
		if webtest.Eval[bool](b, harmed) {
			t.Errorf("%q: foreign text became more than text", path)
		}
	}
}

func TestNothingIsWiderThanAPhone(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	i.change(func(s *control.Status) {
		chatFailed(s)
		s.Services[1].LastExit.Lines, s.Services[1].LastExit.Reasons = []string{strings.Repeat("wide", 100)}, 1
		s.Services[0].Status = strings.Repeat("Busy with this and that. ", 20)
		s.Notices = []string{strings.Repeat("endless", 30)}
		s.Workflows = []control.Workflow{{ID: "1", Source: "chat", Name: strings.Repeat("endless", 30), Page: "/"}}
	})
	i.review = lostPower()
	long := strings.Repeat("workflow", 30)
	i.review.Workflows = []control.ReviewWorkflow{{Workflow: control.Workflow{ID: long, Source: "chat", Name: long, Page: "/" + long, Again: []string{long, long}, Note: long}}}
	aWeek(i)
	i.sessions[1].Ending = long
	i.happened["s0"][0].Detail, i.happened["s0"][1].Service, i.happened["s0"][2].Kind = long, long, long
	i.print("chat", "out", strings.Repeat("0123456789", 50))
	i.print("dashboard", "out", strings.Repeat("0123456789", 50))
	url := open(t, i)
	b := webtest.Open(t, webtest.Phone, url)
	b.Shows("Chat keeps crashing")
	webtest.Eval[any](b, `document.querySelectorAll("details").forEach((d) => (d.open = true)); null`)
	for _, path := range []string{"", "/services/chat/log", "/review", "/sessions", "/sessions/s0"} {
		if path != "" {
			b.Do(chromedp.Navigate(url + path))
		}
		if over := webtest.Eval[float64](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("%q is %v pixels too wide", path, over)
		}
		if narrow := webtest.Eval[int](b, `[...document.querySelectorAll("td")].filter((cell) => cell.offsetWidth > 0 && cell.offsetWidth < 250).length`); narrow > 0 {
			t.Errorf("%q has %d cells that are no lines of a card", path, narrow)
		}
	}
}

// After two unclean ends nothing is started until the user says so.
func TestItAsksWhetherToStart(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	i.change(func(s *control.Status) { s.Asks, s.Unclean = true, lostPower() })
	b := webtest.Open(t, webtest.Wide, open(t, i))
	b.Shows("Nothing was started")
	i.mu.Lock()
	i.refusal = "everything has been stopped"
	i.mu.Unlock()
	b.Click("#start-all")
	webtest.Next(t, i.asked)
	b.Shows("Everything has been stopped.")
	i.mu.Lock()
	i.refusal = ""
	i.mu.Unlock()
	b.Allow("503")
	b.Click("#start-all")
	i.expect(t, "start all")
	b.Until(`document.getElementById("asks") === null`)
}
