package chat

import (
	"testing"

	"agents-tray/services/web/webtest"

	"github.com/chromedp/chromedp"
)

// A tab that is opened beside another has a draft of its own, and takes over what a closed
// one has left.
func TestTabsHaveTheirOwnDrafts(t *testing.T) {
	t.Parallel()
	a, _ := serveWithModel(t)
	b := browse(t, webtest.Wide, a.url+"/")
	b.write("of the first")
	b.Do(chromedp.Evaluate[chromedp.Void](`fetch("/api/drafts", { method: "POST", headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ conversation: "", tab: "closed", text: "left by a closed tab" }) }).then(() => (window.left = true)); undefined`))
	b.Until("window.left")
	webtest.Eval[bool](b.Tab, `(() => { window.other = open("/", "_blank"); return true })()`)
	b.Until(`window.other?.document.getElementById("text")?.value === "left by a closed tab"`)
	webtest.Eval[bool](b.Tab, `(() => { window.third = open("/", "_blank"); return true })()`)
	b.Until(`window.third?.document.readyState === "complete" && window.third.navigator.locks`)
	b.Until(`window.third.sessionStorage.getItem("tab") && window.third.sessionStorage.getItem("tab") !== sessionStorage.getItem("tab")`)
	if text := webtest.Eval[string](b.Tab, `document.getElementById("text").value + "|" + window.other.document.getElementById("text").value`); text != "of the first|left by a closed tab" {
		t.Errorf("the drafts are %q", text)
	}
}
