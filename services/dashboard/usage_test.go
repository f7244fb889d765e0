package dashboard

import (
	"testing"
	"time"

	"agents-tray/manager/control"
	"agents-tray/services/web/webtest"
)

// shows waits for the figures of the Chat: processor, memory, processes, threads.
func shows(b *webtest.Tab, figures string) {
	b.Helper()
	b.Until(`[...document.querySelectorAll("#service-chat [data-usage]")].map((e) => e.textContent).join(", ") === ` + webtest.Quote(figures))
}

func TestUsageIsShownInPlace(t *testing.T) {
	i := start(t, both())
	b := webtest.Open(t, webtest.Wide, open(t, i))
	b.Shows("Both services are running.")
	shows(b, "–, –, –, –")
	const height = `document.documentElement.scrollHeight`
	before := webtest.Eval[float64](b, height)
	at := time.Now()
	use := func(cpu time.Duration, memory uint64, after time.Duration) {
		i.use(control.Usages{"chat": {CPU: cpu, Memory: memory, Processes: 2, Threads: 19, At: at.Add(after)}})
	}
	use(time.Second, 7_340_000, 0)
	shows(b, "–, 7.3 MB, 2, 19")
	use(1500*time.Millisecond, 123_400_000, 2*time.Second)
	shows(b, "25 %, 123 MB, 2, 19")
	i.change(func(s *control.Status) { s.Services[1].Restarts++ }) // the page changes around them
	b.Until(`document.querySelector("#service-chat").innerText.includes("Restarts\n1")`)
	shows(b, "25 %, 123 MB, 2, 19")
	use(100*time.Millisecond, 1_000_000, 4*time.Second) // another process
	shows(b, "–, 1.0 MB, 2, 19")
	if after := webtest.Eval[float64](b, height); after != before {
		t.Errorf("the page grew from %v to %v pixels", before, after)
	}
	i.stop()
	b.Shows("is not running any more")
	shows(b, "–, –, –, –")
}

// Nothing is measured for a hidden page.
func TestAHiddenPageMeasuresNothing(t *testing.T) {
	i := start(t, both())
	b := webtest.Open(t, webtest.Wide, open(t, i))
	i.use(control.Usages{"chat": {Memory: 5e6, Processes: 1, Threads: 3, At: time.Now()}})
	shows(b, "–, 5.0 MB, 1, 3")
	b.Hide(true)
	next(t, i.usageLeft)
	i.use(control.Usages{"chat": {Memory: 6e6, Processes: 1, Threads: 3, At: time.Now().Add(time.Minute)}})
	b.Hide(false)
	shows(b, "–, 6.0 MB, 1, 3")
}
