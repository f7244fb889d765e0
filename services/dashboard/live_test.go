package dashboard

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/words"
	"agents-tray/services/web"
	"agents-tray/services/web/webtest"
)

func TestPageFollowsChangesInPlace(t *testing.T) {
	t.Parallel()
	i, b := home(t)
	b.Shows("Both services are running.")
	webtest.Eval[any](b, `window.kept = document.querySelector("#service-chat"); document.querySelector("#restart-chat").focus(); null`)
	i.change(chatFailed)
	b.Shows("Chat keeps crashing")
	b.Until(`document.title === "Chat keeps crashing – Configurable Agents"`)
	b.Until(`document.querySelector("#announcer").textContent === "Chat: Failed"`)
	if !webtest.Eval[bool](b, `window.kept === document.querySelector("#service-chat") && document.activeElement.id === "restart-chat"`) {
		t.Error("the card was replaced or the focus was lost")
	}
	if word := webtest.Eval[string](b, `document.querySelector("#toggle-chat").textContent`); word != "Start Chat" {
		t.Errorf("the button of a failed service says %q", word)
	}
	i.change(func(s *control.Status) { *s = both() })
	b.Shows("Both services are running.")
	b.Until(`!document.body.innerText.includes("Chat keeps crashing")`)
}

func TestALostManagerIsToldAndComesBack(t *testing.T) {
	t.Parallel()
	i, b := home(t)
	b.Shows("Both services are running.")
	i.stop()
	b.Shows("Configurable Agents is not running any more.")
	b.Shows("Start it again from")
	if !webtest.Eval[bool](b, `[...document.querySelectorAll("[data-action]")].every((e) => e.getAttribute("aria-disabled") === "true")`) {
		t.Error("buttons that cannot work look as if they did")
	}
	i.serve(t)
	b.Until(`document.querySelector("h1").innerText === "Running" && !document.querySelector("#lost")`)
}

func TestADashboardThatIsGoneIsToldAndComesBack(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]struct {
		ask  func(*webtest.Tab)
		word string
	}{
		"by itself":  {func(*webtest.Tab) {}, "The Dashboard does not answer any more."},
		"restarting": {func(b *webtest.Tab) { b.Click("#restart-dashboard") }, "The Dashboard restarts…"},
		"stopped":    {func(b *webtest.Tab) { b.Click("#toggle-dashboard"); b.Click("dialog .danger") }, "The Dashboard is stopped."},
	} {
		t.Run(name, func(t *testing.T) {
			i := start(t, both())
			address, stop := webtest.Serve(t, New(i.client), "127.0.0.1:0")
			b := webtest.Open(t, webtest.Wide, "http://"+address)
			b.Allow("net::ERR_")
			b.Shows("Both services are running.")
			ask.ask(b)
			if name != "by itself" {
				webtest.Next(t, i.asked)
				i.change(func(s *control.Status) { s.Services[0].State = manager.Stopping })
				b.Until(`document.querySelector("#service-dashboard .state").innerText === "Stopping…"`)
			}
			stop()
			b.Shows(ask.word)
			b.Shows("Not connected")
			i.change(func(s *control.Status) { *s = both() })
			webtest.Serve(t, New(i.client), address)
			b.Until(`document.querySelector("#gone").hidden && document.querySelector("h1").innerText === "Running"`)
			b.Until(`document.querySelectorAll("[data-action]:not([aria-disabled])").length === 4`)
			b.Until(`document.title.startsWith("Running")`)
		})
	}
}

func TestAnotherVersionReloadsThePage(t *testing.T) {
	t.Parallel()
	i, b := home(t)
	b.Shows("Both services are running.")
	b.Until(`document.querySelector("#instance").innerText.includes("1.2.0")`)
	webtest.Eval[any](b, `window.old = true; null`)
	i.change(func(s *control.Status) { s.Version = "1.3.0" })
	b.Until(`!window.old && document.querySelector("#instance")?.innerText.includes("1.3.0")`)
}

// A browser opens at most six connections to one host: hidden pages must not hold any.
func TestAHiddenPageDoesNotListen(t *testing.T) {
	t.Parallel()
	i, b := home(t)
	webtest.Next(t, i.joined)
	b.Hide(true)
	webtest.Next(t, i.left)
	i.change(chatFailed)
	b.Hide(false)
	b.Shows("Chat keeps crashing")
}

func TestTheBrowserSaysTimesAsTheServerDoes(t *testing.T) {
	t.Parallel()
	_, b := home(t)
	now := time.Now()
	for _, ago := range []time.Duration{0, 4, 5, 59, 60, 125, 3599, 3600, 3665, 86400, 200000} {
		ago *= time.Second
		got := webtest.Run(b, chromedp.Evaluate[[]string](fmt.Sprintf(`import("/assets/time.js").then((t) => [t.duration(%d), t.relative(new Date(%d), %d), t.exact(new Date(%[2]d))])`,
			ago.Milliseconds(), now.Add(-ago).UnixMilli(), now.UnixMilli()), chromedp.EvalAwaitPromise), "words")
		want := []string{web.Duration(ago), web.Ago(words.English, now.Add(-ago), now), web.Exact(now.Add(-ago))}
		if !slices.Equal(got, want) {
			t.Errorf("%v: the browser says %q, the server %q", ago, got, want)
		}
	}
}
