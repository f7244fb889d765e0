package dashboard

import (
	"context"
	"fmt"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/services/web/webtest"
)

// shows waits for the figures of the Chat: processor, memory, processes and threads.
func shows(b *webtest.Tab, figures string) {
	b.Helper()
	b.Until(`[...document.querySelectorAll("#service-chat [data-usage]")].map((e) => e.textContent).join("; ") === ` + webtest.Quote(figures))
}

// traces waits for the lines of the Chat's processor and memory: their points and the
// starts in the first.
func traces(b *webtest.Tab, cpu, memory, starts int) {
	b.Helper()
	b.Until(fmt.Sprintf(`(() => {
		const [cpu, memory] = document.querySelectorAll("#service-chat .spark");
		const points = (spark) => [...spark.querySelectorAll(".trace")].reduce((sum, path) => sum + path.getAttribute("d").split("L").length, 0);
		return points(cpu) === %d && points(memory) === %d && cpu.querySelectorAll(".start").length === %d;
	})()`, cpu, memory, starts))
}

func TestUsageIsShownInPlace(t *testing.T) {
	t.Parallel()
	i, b := home(t)
	b.Shows("Both services are running.")
	shows(b, "–; –; ")
	const height = `document.documentElement.scrollHeight`
	before := webtest.Eval[float64](b, height)
	at := time.Now().Add(-10 * time.Second)
	use := func(cpu time.Duration, memory uint64, after time.Duration) {
		i.use(control.Usages{"chat": {CPU: cpu, Memory: memory, Processes: 2, Threads: 19, At: at.Add(after)}})
	}
	use(time.Second, 7_340_000, 0)
	shows(b, "–; 7.3 MB; 2 processes, 19 threads")
	use(1500*time.Millisecond, 123_400_000, 2*time.Second)
	shows(b, "25 %; 123 MB; 2 processes, 19 threads")
	i.change(func(s *control.Status) { s.Services[1].Restarts++ }) // the page changes around them
	b.Until(`document.querySelector("#service-chat").innerText.includes("1 restart")`)
	shows(b, "25 %; 123 MB; 2 processes, 19 threads")
	use(100*time.Millisecond, 1_000_000, 4*time.Second) // another process
	shows(b, "–; 1.0 MB; 2 processes, 19 threads")
	if after := webtest.Eval[float64](b, height); after != before {
		t.Errorf("the page grew from %v to %v pixels", before, after)
	}
	i.stop()
	b.Shows("is not running any more")
	shows(b, "–; –; ")
}

// The lines show the last minutes to every page, also to one that opens later; the starts
// of processes are marked in them.
func TestLinesOfTheLastMinutes(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	url := open(t, i)
	b := webtest.Open(t, webtest.Wide, url)
	at := time.Now().Add(-60 * time.Second)
	for n := range 3 {
		i.use(control.Usages{"chat": {CPU: time.Duration(n) * time.Second, Memory: 1e6, Processes: 1, Threads: 1, At: at.Add(time.Duration(n) * 2 * time.Second)}})
		traces(b, n, n+1, 1)
	}
	i.change(func(s *control.Status) { s.Services[1].Started = time.Now(); s.Services[1].Restarts = 1 })
	i.use(control.Usages{"chat": {CPU: 0, Memory: 1e6, Processes: 1, Threads: 1, At: at.Add(30 * time.Second)}})
	traces(b, 2, 4, 2)
	second := webtest.Open(t, webtest.Wide, url)
	traces(second, 2, 4, 2)
}

// Nothing is measured for a hidden page, and all pages share one measurement.
func TestAHiddenPageMeasuresNothing(t *testing.T) {
	t.Parallel()
	i, b := home(t)
	i.use(control.Usages{"chat": {Memory: 5e6, Processes: 1, Threads: 3, At: time.Now()}})
	shows(b, "–; 5.0 MB; 1 process, 3 threads")
	b.Hide(true)
	webtest.Next(t, i.usageLeft)
	i.use(control.Usages{"chat": {Memory: 6e6, Processes: 1, Threads: 3, At: time.Now().Add(time.Minute)}})
	b.Hide(false)
	shows(b, "–; 6.0 MB; 1 process, 3 threads")
}

func TestOneMeasurementForAllPages(t *testing.T) {
	i := start(t, both())
	m := newMeter(i.client)
	_, leaveFirst := m.listen()
	_, leaveSecond := m.listen()
	leaveFirst()
	select {
	case <-m.ended:
		t.Fatal("it ended while a page was open")
	case <-i.usageLeft:
		t.Fatal("there were two measurements")
	default:
	}
	leaveSecond()
	webtest.Next(t, m.ended)
	m.work(canceled())
	if e := m.usage(time.Time{}); len(e.Services) > 0 {
		t.Errorf("%+v", e)
	}
}

func canceled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// When all is well a card is 120 pixels high, and seven services fit a window.
func TestSevenServicesFitAWindow(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	i.change(func(s *control.Status) {
		s.Services[1].Status = "Answering with llama3.2; 2 conversations are open, and a long text goes on and on and on"
		for n := range 5 {
			extra := s.Services[1]
			extra.Name, extra.Title, extra.URL = fmt.Sprintf("extra%d", n), []string{"MLflow", "Model server", "Tunnel to the cluster", "Notebook", "Database"}[n], ""
			s.Services = append(s.Services, extra)
		}
		s.Services[2].State, s.Services[2].ByHand, s.Services[2].PID, s.Services[2].Started = manager.Stopped, true, 0, time.Time{}
	})
	b := webtest.Open(t, webtest.Wide, open(t, i))
	heights := webtest.Eval[[]float64](b, `[...document.querySelectorAll(".service")].map((card) => card.offsetHeight)`)
	for n, height := range heights {
		if height > 120 {
			t.Errorf("card %d is %v pixels high", n, height)
		}
	}
	if bottom := webtest.Eval[float64](b, `document.getElementById("services").getBoundingClientRect().bottom`); len(heights) != 7 || bottom > 800 {
		t.Errorf("%d services end at %v pixels", len(heights), bottom)
	}
	if text := b.Text(); len(text) == 0 || webtest.Eval[bool](b, `/\bNone\b/.test(document.body.innerText)`) {
		t.Errorf("it says None:\n%s", text)
	}
}
