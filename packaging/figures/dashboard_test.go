//go:build linux

package figures

import (
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"agents-tray/services/web/webtest"
)

// dashboardPage opens a page of a running Dashboard, once it answers.
func dashboardPage(b *testing.B, p *place, path string) *webtest.Tab {
	p.answering(p.dashboard, 0)
	p.answering(p.chat, 0)
	return webtest.Open(b, 1280, "http://"+p.dashboard+path)
}

// From a service that is killed to the frame in which its card shows another process: the
// program's own restart is in it.
func BenchmarkEventToPixel(b *testing.B) {
	p := newPlace(b)
	program := p.launch()
	defer p.stop(program)
	tab := dashboardPage(b, p, "/")
	tab.Until(`document.querySelector("#service-chat .service-facts").innerText.includes("process ")`)
	webtest.Eval[any](tab, `new MutationObserver(() => {
		const words = document.querySelector("#service-chat .state").innerText + document.querySelector("#service-chat .service-facts").innerText.match(/process \d+/);
		if (words !== window.words) {
			window.words = words;
			requestAnimationFrame(() => setTimeout(() => (window.changed ??= Date.now()))); // after the frame
		}
	}).observe(document.getElementById("live"), { subtree: true, childList: true, characterData: true, attributes: true }); null`)
	var all []float64
	for b.Loop() {
		pid := p.roles()["chat"]
		time.Sleep(11 * time.Second) // a good run: it is started again at once
		webtest.Eval[any](tab, `window.changed = undefined; window.words = document.querySelector("#service-chat .state").innerText + document.querySelector("#service-chat .service-facts").innerText.match(/process \d+/); null`)
		began := time.Now()
		must(b, syscall.Kill(pid, syscall.SIGKILL))
		tab.Until(`window.changed !== undefined`)
		all = append(all, webtest.Eval[float64](tab, `window.changed`)-float64(began.UnixMicro())/1000)
	}
	slices.Sort(all)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(all[len(all)/2], "median-ms")
	b.ReportMetric(all[len(all)-1], "worst-ms")
}

// The page of a log with a million lines: from its address to the frame with its last
// lines, from a filter that is typed to the lines that match, and what page and service
// need then.
func BenchmarkLogPage(b *testing.B) {
	p := newPlace(b)
	program := p.launch()
	defer p.stop(program)
	p.answering(p.dashboard, 0)
	p.answering(p.chat, 0)
	millionLines(b, p.State("logs/chat.log"))
	idle := pss(b, p.roles()["dashboard"])
	tab := webtest.Open(b, 1280, "about:blank")
	tab.Allow("about:blank")
	var first, filtered []float64
	for b.Loop() {
		began := time.Now()
		tab.Do(chromedp.Navigate("http://" + p.dashboard + "/services/chat/log"))
		tab.Until(`document.querySelectorAll(".log-line").length >= 200`)
		webtest.Run(tab, chromedp.Evaluate[bool](`new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(true))))`, chromedp.EvalAwaitPromise), "frame")
		first = append(first, float64(time.Since(began).Microseconds())/1000)
		began = time.Now()
		webtest.Eval[any](tab, `regexp.checked = true; filter.value = "line 4\\d{4}2 "; filter.dispatchEvent(new Event("input")); null`)
		tab.Until(`document.querySelector("mark")`)
		filtered = append(filtered, float64(time.Since(began).Microseconds())/1000)
	}
	slices.Sort(first)
	slices.Sort(filtered)
	frames := webtest.Run(tab, chromedp.Evaluate[[]float64](`(async () => {
		filter.value = "";
		filter.dispatchEvent(new Event("input"));
		await new Promise((done) => setTimeout(done, 1000));
		const log = document.getElementById("log");
		const frame = () => new Promise(requestAnimationFrame);
		const took = [];
		for (let before = await frame(), i = 0; i < 300; i++) {
			log.scrollTop -= 400;
			const now = await frame();
			took.push(now - before);
			before = now;
		}
		return took.sort((a, b) => a - b);
	})()`, chromedp.EvalAwaitPromise), "scroll")
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(first[len(first)/2], "first-screen-ms")
	b.ReportMetric(filtered[len(filtered)/2], "filter-ms")
	b.ReportMetric(frames[len(frames)/2], "frame-median-ms")
	b.ReportMetric(frames[len(frames)*99/100], "frame-p99-ms")
	b.ReportMetric(webtest.Eval[float64](tab, `performance.memory.usedJSHeapSize / 1e6`), "page-heap-MB")
	b.ReportMetric(idle, "dashboard-idle-PSS-MB")
	b.ReportMetric(pss(b, p.roles()["dashboard"]), "dashboard-PSS-MB")
}

// millionLines writes a million lines into the three files of a log.
func millionLines(b *testing.B, path string) {
	begin := time.Now().Add(-time.Hour)
	for n, name := range []string{path + ".2", path + ".1", path} {
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			b.Fatal(err)
		}
		var text []byte
		for k := n * 333_334; k < min(1_000_000, (n+1)*333_334); k++ {
			text = begin.Add(time.Duration(k)*time.Microsecond).UTC().AppendFormat(text, "2006-01-02T15:04:05.000000Z")
			text = fmt.Appendf(text, " out line %d of a program that prints what it does\n", k)
		}
		if _, err := file.Write(text); err != nil {
			b.Fatal(err)
		}
		must(b, file.Close())
	}
}
