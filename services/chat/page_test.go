package chat

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/modeltest"
	"agents-tray/services/web/webtest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const hostile = "<script>window.hacked=1</script><img src=x onerror=window.hacked=2>\n\n" +
	"[a](javascript:window.hacked=3) ![b](http://evil.example/b.png) <b onmouseover=window.hacked=4>c</b>\n\n" +
	"<svg onload=window.hacked=5></svg>\n\n```\"><script>window.hacked=6</script>\nx\n```\n\n</div></article><h1>Not a title</h1>\n\nEnd."

func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	model := modeltest.New(t, "<img src=x onerror=window.hacked=7>")
	a := serve(t, "")
	a.post("/api/settings", map[string]string{"address": model.Base(), "model": "<img src=x onerror=window.hacked=7>"})
	id := a.begin(hostile)
	turn := model.Next(t)
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	for _, c := range hostile { // every incomplete tag is rendered once
		turn.Say(string(c))
	}
	b.Shows("Not a title")
	turn.Finish("stop")
	b.state("complete")
	b.Do(chromedp.Reload())
	b.Shows("Not a title")
	b.Click(".side-foot [data-settings]")
	b.Shows("It answers")
	if webtest.Eval[bool](b.Tab, "'hacked' in window") {
		t.Error("a script ran")
	}
	if n := webtest.Eval[int](b.Tab, `document.querySelectorAll("#thread :is(script, img, svg, h1, b, [onerror], [onmouseover], [href^=javascript])").length`); n != 0 {
		t.Errorf("%d elements came from the text", n)
	}
	if said := webtest.Eval[string](b.Tab, `document.querySelector(".said").textContent`); said != strings.TrimSpace(hostile) {
		t.Errorf("the user's text became %q", said)
	}
	links := webtest.Eval[string](b.Tab, `[...document.querySelectorAll("#thread a")].map((a) => a.href + " " + a.target + " " + a.rel).join("\n")`)
	if links != "http://evil.example/b.png _blank noopener noreferrer" {
		t.Errorf("the links are %s", links)
	}
}

func TestOtherSitesAreRefused(t *testing.T) {
	a, model := serveWithModel(t)
	id := a.answered(model, "A secret", "Hush")
	webtest.RefusesOtherSites(t, a.url, "POST /api/conversations", "POST /api/settings", "DELETE /api/conversations/"+id,
		"POST /api/setup", "POST /api/drafts", "POST /api/servers/start")
	if m := a.last(id); m.Text != "Hush" {
		t.Errorf("got %+v", m)
	}
}

func TestNarrowPagesDoNotScrollSideways(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	wide := strings.Repeat("Donaudampfschifffahrtsgesellschaft", 20)
	id := a.answered(model, wide, wide, "\n\n`", wide, "`\n\n```\n", wide, "\n```\n\n|", wide, "|b|\n|-|-|\n|1|2|\n\n- ", wide, "\n\nhttps://example.org/", wide, "\n\n$$", wide)
	failed := a.begin("Fail")
	model.Next(t).Fail(500, nil, wide)
	a.finished(failed)
	empty := serve(t, "", completion.LocalServer{Name: "Ollama", Base: "http://127.0.0.1:1/v1"})
	for _, address := range []string{a.url + "/", a.url + "/c/" + id, a.url + "/c/" + failed, empty.url + "/", a.url + "/nowhere"} {
		b := browse(t, webtest.Phone, address)
		b.Allow("404")
		if strings.HasPrefix(address, empty.url) {
			b.Shows("No model server found")
		}
		for _, within := range []string{"document.documentElement", "document.getElementById('scroll')"} {
			if over := webtest.Eval[int](b.Tab, within+" ? "+within+".scrollWidth - "+within+".clientWidth : 0"); over > 0 {
				t.Errorf("%s: %s is %d px too wide", address, within, over)
			}
		}
		if address != a.url+"/nowhere" && !webtest.Eval[bool](b.Tab, "document.getElementById('send').getBoundingClientRect().right <= 360") {
			t.Errorf("%s: Send is out of sight", address)
		}
	}
}

func TestDrawerOnAPhone(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	first := a.begin("The first one")
	model.Next(t).Answer("1")
	a.begin("The second one")
	model.Next(t).Answer("2")
	b := browse(t, webtest.Phone, a.url+"/")
	if webtest.Eval[bool](b.Tab, "document.getElementById('side').checkVisibility()") {
		t.Error("the list is open")
	}
	b.Click(".top [popovertarget=side]")
	b.Until("document.getElementById('side').checkVisibility()")
	b.Click("#c-" + first + " a")
	b.Until("location.pathname === '/c/" + first + "'")
	b.answer("1")
}

func TestTypingIsKept(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	b := browse(t, webtest.Wide, a.url+"/")
	b.write("one")
	b.Do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierShift)))
	b.write("two")
	b.Do(chromedp.Reload()) // before the pause after which a draft is saved
	b.Until(`document.getElementById("text").value === "one\ntwo"`)
	b.send("")
	if turn := model.Next(t); turn.Messages[0].Content != "one\ntwo" {
		t.Errorf("asked %+v", turn.Messages)
	} else {
		turn.Answer("ok")
	}
	b.answer("ok")
	b.Do(chromedp.Navigate(a.url + "/"))
	if text := webtest.Eval[string](b.Tab, `document.getElementById("text").value`); text != "" {
		t.Errorf("the draft came back: %q", text)
	}
}

// What is being saved when the page goes is not saved yet.
func TestTypingIsKeptWhileItIsSaved(t *testing.T) {
	t.Parallel()
	a, _ := serveWithModel(t)
	b := browse(t, webtest.Wide, a.url+"/")
	webtest.Eval[bool](b.Tab, `(window.fetch = (url) => new Promise(() => (window.asked = String(url))), true)`)
	b.write("one")
	b.Until(`window.asked?.endsWith("/api/drafts")`)
	b.Do(chromedp.Reload())
	b.Until(`document.getElementById("text").value === "one"`)
}

func TestRefusedMessageStays(t *testing.T) {
	t.Parallel()
	a := serve(t, "")
	b := browse(t, webtest.Wide, a.url+"/")
	b.Allow("409")
	b.Shows("No model server found")
	b.send("Hello")
	b.Shows("There is no model server yet.")
	if text := webtest.Eval[string](b.Tab, `document.getElementById("text").value`); text != "Hello" {
		t.Errorf("the message is %q", text)
	}
	b.Click("#trouble button")
	b.Until("document.getElementById('trouble').hidden && document.activeElement.id === 'text'")
}

func TestServerIsFoundByThePage(t *testing.T) {
	t.Parallel()
	model := modeltest.New(t)
	a := serve(t, "", completion.LocalServer{Name: "Ollama", Base: model.Base()})
	b := browse(t, webtest.Wide, a.url+"/")
	b.Shows("Ollama has no model yet")
	model.Offer("llama3.2")
	b.Click("[data-look]")
	b.Shows("llama3.2 answers, by way of Ollama")
	b.Until(`document.getElementById("server").textContent === "llama3.2 · Ollama"`)
	b.send("Hi")
	model.Next(t).Answer("Hello")
	b.answer("Hello")
}

func TestSettings(t *testing.T) {
	t.Parallel()
	first, second := modeltest.New(t, "tiny"), modeltest.New(t, "small", "large")
	a := serve(t, "", completion.LocalServer{Name: "LM Studio", Base: second.Base()})
	a.use(first, "sk-secret")
	b := browse(t, webtest.Wide, a.url+"/")
	b.write("Half a message")
	b.Click(".side-foot [data-settings]")
	b.Shows("It answers, with 1 model.")
	b.Until(`document.getElementById("key").value === "" && document.getElementById("key").placeholder.startsWith("Saved")`)
	b.Click("#found [data-base]")
	b.Shows("It answers, with 2 models.")
	b.Do(chromedp.SetValue(chromedp.CSS("#model"), "large"))
	b.Click("#settings .primary")
	b.Until(`document.getElementById("server").textContent === "large · LM Studio"`)
	b.Until(`document.readyState === "complete" && document.getElementById("text").value === "Half a message"`)
	if s, err := a.server(); err != nil || s.Base != second.Base() || s.Key != "" || s.Model != "large" {
		t.Errorf("got %+v, %v", s, err)
	}

	b.Allow("502")
	b.Click(".side-foot [data-settings]")
	b.Shows("It answers, with 2 models.")
	b.Do(chromedp.SetValue(chromedp.CSS("#address"), "http://127.0.0.1:1/v1"))
	webtest.Eval[bool](b.Tab, `document.getElementById("address").dispatchEvent(new Event("change"))`)
	b.Shows("Nothing listens at 127.0.0.1:1")
	b.Until(`document.getElementById("model").hidden && !document.getElementById("model-name").hidden`)
	b.Click("#settings [data-close]")
	b.Until("!document.getElementById('settings').open")
}

func TestRenameAndDelete(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.answered(model, "A title to be changed", "ok")
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	b.Click("[popovertarget=menu]")
	b.Click("[data-dialog=rename]")
	b.Until("document.activeElement.id === 'new-title'")
	b.Do(chromedp.KeyEvent("Another one" + kb.Enter))
	b.Until(`document.getElementById("title").textContent === "Another one" && document.querySelector("#list [aria-current]").textContent === "Another one"`)
	b.Click("[popovertarget=menu]")
	b.Click("[data-delete]")
	b.Until("location.pathname === '/' && document.readyState === 'complete'")
	b.Shows("Kept for an hour.")
	b.Click("[data-restore]")
	b.Until("location.pathname === '/c/" + id + "'")
	b.answer("ok")
	b.Click("[popovertarget=menu]")
	b.Click("[data-delete]")
	b.Until("location.pathname === '/' && document.readyState === 'complete'")
	b.Click("[data-purge]")
	b.Shows("Your conversations will be listed here.")
	b.Until("!document.getElementById('deleted')")
}

func TestCopy(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.answered(model, "Show me code", "<think>hm</think>Here **it** is:\n\n```go\nfmt.Println(\"<hi>\")\n```\n")
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	copied := b.Clipboard()
	for _, test := range []struct{ button, want string }{
		{".code [data-copy]", "fmt.Println(\"<hi>\")\n"},
		{"[data-copy=message]", "Here **it** is:\n\n```go\nfmt.Println(\"<hi>\")\n```\n"},
	} {
		b.Click(test.button)
		b.Until(`document.querySelector("` + test.button + `").textContent === "Copied"`)
		if got := copied(); got != test.want {
			t.Errorf("%s copied %q", test.button, got)
		}
	}
	if thought := webtest.Eval[string](b.Tab, `document.querySelector(".thought").textContent`); thought != "hm" {
		t.Errorf("thought %q", thought)
	}
}

// A server that does not answer is reported once, and not as one without a chosen model.
func TestADeadServerIsToldOnce(t *testing.T) {
	t.Parallel()
	a := serve(t, "")
	a.post("/api/settings", map[string]string{"address": "http://127.0.0.1:1/v1"})
	b := browse(t, webtest.Wide, a.url+"/")
	b.Allow("409")
	b.Shows("127.0.0.1:1 does not answer.")
	b.send("Hello")
	b.Until(`document.getElementById("announcer").textContent.startsWith("127.0.0.1:1 does not answer.")`)
	if text := webtest.Eval[string](b.Tab, `document.querySelector(".content").innerText`); strings.Contains(text, "No model is chosen") || strings.Count(text, "does not answer") != 1 {
		t.Errorf("the page says\n%s", text)
	}
	if kept := webtest.Eval[string](b.Tab, `document.getElementById("text").value`); kept != "Hello" {
		t.Errorf("the message is %q", kept)
	}
	status, answer := a.request("POST", "/api/conversations", map[string]string{"text": "Hello"})
	if status != http.StatusConflict {
		t.Errorf("status %d", status)
	}
	webtest.Contains(t, answer, "127.0.0.1:1 does not answer.", "Nothing listens at 127.0.0.1:1", "Your message stays here")
}

// Problems in the settings do not refer to the settings.
func TestTheSettingsDoNotNameThemselves(t *testing.T) {
	page := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(page.Close)
	a := serve(t, "")
	for _, address := range []string{"http://127.0.0.1:1/v1", "http://no.such.host.invalid/v1", page.URL, "ftp://x"} {
		for _, path := range []string{"/api/models", "/api/settings"} {
			status, answer := a.request("POST", path, map[string]string{"address": address})
			if strings.Contains(answer, "settings") || path == "/api/models" && status < 400 {
				t.Errorf("%s of %s: %d %s", path, address, status, answer)
			}
		}
	}
	_, answer := a.request("POST", "/api/models", map[string]string{"address": "http://127.0.0.1:1/v1"})
	webtest.Contains(t, answer, "Start 127.0.0.1:1, then try again, or enter another address.")
}

// The command fits without a scroll bar.
func TestTheLineToTypeFitsAPhone(t *testing.T) {
	t.Parallel()
	a := serve(t, "", completion.LocalServer{Name: "Ollama", Base: "http://127.0.0.1:1/v1"})
	b := browse(t, webtest.Phone, a.url+"/")
	b.Shows("No model server found")
	for _, button := range []string{"Copy", "Copied"} {
		over := webtest.Eval[int](b.Tab, `(() => {
			const line = document.querySelector("#setup pre");
			line.nextSibling.textContent = `+webtest.Quote(button)+`;
			return line.scrollWidth - line.clientWidth;
		})()`)
		if over > 0 {
			t.Errorf("beside %s it is %d px too wide", button, over)
		}
	}
}
