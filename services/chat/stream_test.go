package chat

import (
	"strings"
	"testing"

	"agents-tray/services/chat/history"
	"agents-tray/services/web/webtest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestTokensArriveOneByOne(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	b := browse(t, webtest.Wide, a.url+"/")
	b.Shows("Begin a conversation")
	b.send("Count to three")
	turn := model.Next(t)
	b.Until("location.pathname.startsWith('/c/')")
	b.Shows("Writing")
	turn.Think("I shall count.")
	b.Until(`document.querySelector(".thought").textContent === "I shall count."`)
	for _, step := range []struct{ token, shown string }{
		{"**one", "**one"}, {"**,", "one,"}, {" two", "one, two"}, {",\n\nthree", "one, two,\n\nthree"},
	} {
		turn.Say(step.token)
		b.answer(step.shown)
	}
	b.Until(`document.getElementById("send").hidden && !document.getElementById("stop").hidden`)
	turn.Finish("stop")
	b.state("complete")
	b.answer("one, two,\n\nthree")
	b.Until(`document.getElementById("announcer").textContent === "The answer is complete."`)
	b.Until(`!document.getElementById("send").hidden && document.activeElement.id === "text"`)
	if title := webtest.Eval[string](b.Tab, "document.title"); title != "Count to three – Chat" {
		t.Errorf("the title is %q", title)
	}

	b.send("And four?")
	turn = model.Next(t)
	turn.Say("four")
	b.answer("four")
	turn.Finish("stop")
	b.state("complete")
	if draft := webtest.Eval[string](b.Tab, "document.getElementById('text').value"); draft != "" {
		t.Errorf("the message is still there: %q", draft)
	}
}

func TestReloadInTheMiddleMissesNothing(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.begin("Count")
	turn := model.Next(t)
	turn.Say("one")
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	b.answer("one")
	turn.Say(" two")
	b.Do(chromedp.Reload())
	turn.Say(" three")
	b.answer("one two three")
	turn.Say(" four")
	b.answer("one two three four")
	b.Do(chromedp.Navigate("about:blank"))
	turn.Answer(" five") // without a page
	a.finished(id)
	b.Do(chromedp.Navigate(a.url + "/c/" + id))
	b.answer("one two three four five")
	b.state("complete")
}

func TestTwoPagesShowTheSame(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.answered(model, "Count", "What?")
	first, second := browse(t, webtest.Wide, a.url+"/c/"+id), browse(t, webtest.Phone, a.url+"/c/"+id)
	first.answer("What?")
	second.answer("What?")
	first.send("To two")
	turn := model.Next(t)
	second.Shows("To two")
	turn.Say("one")
	first.answer("one")
	second.answer("one")
	second.Click("#stop")
	turn.Left()
	first.Shows("You stopped this answer.")
	second.Shows("You stopped this answer.")
	first.Click("[data-retry=continue]")
	turn = model.Next(t)
	turn.Answer(" two")
	second.answer("one two")
	first.state("complete")
}

func TestEscapeStops(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.begin("Count")
	turn := model.Next(t)
	turn.Say("one")
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	b.answer("one")
	b.Click(".side-foot [data-settings]") // Escape first closes what is open
	b.Until("document.getElementById('settings').open")
	b.Do(chromedp.KeyEvent(kb.Escape))
	b.Until("!document.getElementById('settings').open")
	if state := a.last(id).State; state != history.Writing {
		t.Errorf("the answer is %s", state)
	}
	b.Do(chromedp.KeyEvent(kb.Escape))
	turn.Left()
	b.state("stopped")
	b.Click("[data-retry=again]")
	model.Next(t).Answer("1")
	b.answer("1")
}

func TestPageComesBackWithTheChat(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.begin("Count")
	turn := model.Next(t)
	turn.Say("one")
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	b.Allow("net::ERR_") // how a connection fails depends on the moment
	b.answer("one")
	a.stop()
	b.Until("!document.getElementById('gone').hidden")

	after := start(t, strings.TrimPrefix(a.url, "http://"), a.Options)
	b.Until("document.getElementById('gone').hidden")
	b.state("interrupted")
	b.Shows("This answer was interrupted because the Chat ended.")
	b.Click("[data-retry=continue]")
	model.Next(t).Answer(" two")
	b.answer("one two")
	if m := after.finished(id); m.Text != "one two" {
		t.Errorf("got %+v", m)
	}
}

func TestReaderIsNotPulledToTheEnd(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.begin("Tell me")
	turn := model.Next(t)
	turn.Say(strings.Repeat("A paragraph.\n\n", 60))
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	webtest.Eval[bool](b.Tab, "(window.view = document.getElementById('scroll')) !== null")
	atEnd := "view.scrollHeight - view.scrollTop - view.clientHeight < 2"
	b.Until(atEnd)
	turn.Say(strings.Repeat("More.\n\n", 20), "Mark one.\n\n")
	b.Shows("Mark one.")
	b.Until(atEnd) // it follows

	webtest.Eval[float64](b.Tab, "view.scrollTop = 100")
	b.Until("!latest.hidden")
	turn.Say(strings.Repeat("Even more.\n\n", 20), "Mark two.")
	b.Shows("Mark two.")
	if top := webtest.Eval[float64](b.Tab, "view.scrollTop"); top != 100 {
		t.Errorf("the page moved to %v", top)
	}
	b.Click("#latest")
	b.Until(atEnd + " && latest.hidden")
	turn.Finish("stop")
	b.state("complete")
	b.Until(atEnd)
}

// Unchanged elements are kept: a selection in a paragraph survives the next paragraph.
func TestGrowthLeavesTheRestAlone(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.begin("Tell me")
	turn := model.Next(t)
	turn.Say("First paragraph.\n\n```\nline 1\n")
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	b.Shows("line 1")
	webtest.Eval[bool](b.Tab, `(() => {
		window.first = document.querySelector(".text p");
		window.block = document.querySelector(".text pre");
		getSelection().selectAllChildren(first);
		return true;
	})()`)
	turn.Say("line 2\n```\n\nLast.")
	b.Shows("Last.")
	turn.Finish("stop")
	b.state("complete")
	if !webtest.Eval[bool](b.Tab, `first.isConnected && block.isConnected && getSelection().toString() === "First paragraph."`) {
		t.Errorf("the selection is %q", webtest.Eval[string](b.Tab, "getSelection().toString()"))
	}
}

// A hidden page keeps its connection until the answer being written has ended.
func TestAHiddenPageListensToTheEndOfAnAnswer(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.begin("Count")
	turn := model.Next(t)
	turn.Say("one")
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	b.answer("one")
	webtest.Eval[any](b.Tab, `{
		const close = EventSource.prototype.close;
		EventSource.prototype.close = function () { window.isClosed = true; close.call(this); };
	} null`)
	b.Hide(true)
	turn.Say(" two")
	b.answer("one two")
	if webtest.Eval[bool](b.Tab, "window.isClosed === true") {
		t.Error("the page does not listen any more")
	}
	turn.Finish("stop")
	b.state("complete")
	b.Until("window.isClosed")
	a.post("/api/conversations/"+id+"/title", map[string]string{"title": "Another one"})
	b.Hide(false)
	b.Until(`document.getElementById("title").textContent === "Another one"`)
}
