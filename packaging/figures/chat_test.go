//go:build linux

package figures

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	_ "github.com/ncruces/go-sqlite3/driver"

	"agents-tray/services/chat/modeltest"
	"agents-tray/services/web/webtest"
)

// What the Chat adds between a token that a model server writes and the frame that shows it.
func BenchmarkTokenToScreen(b *testing.B) {
	p := newPlace(b)
	program := p.launch()
	defer p.stop(program)
	p.answering(p.chat, 0)
	model := modeltest.New(b, "tiny")
	post := func(path string, body map[string]string) string {
		status, answer := webtest.Request(b, "POST", "http://"+p.chat+path, body)
		if status >= 300 {
			b.Fatalf("%s: %d %s", path, status, answer)
		}
		return answer
	}
	post("/api/settings", map[string]string{"address": model.Base(), "model": "tiny"})
	var begun struct{ ID string }
	must(b, json.Unmarshal([]byte(post("/api/conversations", map[string]string{"text": "Count"})), &begun))
	turn := model.Next(b)
	turn.Say("begin")
	tab := webtest.Open(b, webtest.Wide, "http://"+p.chat+"/c/"+begun.ID)
	tab.Shows("begin")
	webtest.Eval[any](tab, `window.shown = {}; new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
		for (const [, n] of document.querySelector(".message:last-of-type .text").textContent.matchAll(/<(\d+)>/g)) window.shown[n] ??= Date.now();
	}))).observe(document.getElementById("thread"), { subtree: true, childList: true, characterData: true }); null`)
	const tokens = 300
	var written []time.Time
	for b.Loop() {
		for range tokens { // as fast as a usual model on a computer of one's own
			written = append(written, time.Now())
			turn.Say(fmt.Sprintf(" word `<%d>`", len(written)-1))
			time.Sleep(20 * time.Millisecond)
		}
	}
	tab.Until(fmt.Sprintf("window.shown[%d]", len(written)-1))
	shown := webtest.Eval[map[string]float64](tab, "window.shown")
	var all []float64
	for n, at := range written {
		all = append(all, shown[fmt.Sprint(n)]-float64(at.UnixMicro())/1000)
	}
	turn.Finish("stop")
	slices.Sort(all)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(all[len(all)/2], "median-ms")
	b.ReportMetric(all[len(all)*99/100], "p99-ms")
}

// How long a conversation of 2,000 messages takes from its address to the frame with its last
// answer, and how much memory the page's scripts have then.
func BenchmarkLongConversation(b *testing.B) {
	p := newPlace(b)
	program := p.launch()
	defer p.stop(program)
	p.answering(p.chat, 0)
	if status, answer := webtest.Request(b, "POST", "http://"+p.chat+"/api/drafts", map[string]string{"tab": "a", "text": "a"}); status >= 300 { // makes the file
		b.Fatalf("%d %s", status, answer)
	}
	db, err := sql.Open("sqlite3", "file:"+p.State("chat.db"))
	must(b, err)
	for _, statement := range []string{
		`INSERT INTO conversations (id, title, created, updated) VALUES ('long', 'Question 0?', 1, 1)`,
		`WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1999)
		INSERT INTO messages (id, conversation, parent, role, text, state, created, finished) SELECT n + 1, 'long', n, iif(n % 2, 'assistant', 'user'),
			format(iif(n % 2, 'Answer %d: some **words** and a list.

- one
- two
', 'Question %d?'), n / 2), 'complete', 1, 1 FROM numbers`,
	} {
		_, err := db.Exec(statement)
		must(b, err)
	}
	must(b, db.Close())
	tab := webtest.Open(b, webtest.Wide, "about:blank")
	tab.Allow("about:blank")
	var first []float64
	for b.Loop() {
		began := time.Now()
		tab.Do(chromedp.Navigate("http://" + p.chat + "/c/long"))
		tab.Until(`[...document.querySelectorAll(".text")].at(-1)?.innerText.startsWith("Answer 999")`)
		webtest.Run(tab, chromedp.Evaluate[bool](`new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(true))))`, chromedp.EvalAwaitPromise), "frame")
		first = append(first, float64(time.Since(began).Microseconds())/1000)
	}
	slices.Sort(first)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(first[len(first)/2], "first-screen-ms")
	b.ReportMetric(webtest.Eval[float64](tab, `performance.memory.usedJSHeapSize / 1e6`), "page-heap-MB")
}
