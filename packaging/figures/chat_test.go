//go:build linux

package figures

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

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
