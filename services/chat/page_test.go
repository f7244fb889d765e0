package chat

import (
	"net/http"
	"strings"
	"testing"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/modeltest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const hostile = "<script>window.hacked=1</script><img src=x onerror=window.hacked=2>\n\n" +
	"[a](javascript:window.hacked=3) ![b](http://evil.example/b.png) <b onmouseover=window.hacked=4>c</b>\n\n" +
	"<svg onload=window.hacked=5></svg>\n\n```\"><script>window.hacked=6</script>\nx\n```\n\n</div></article><h1>Not a title</h1>\n\nEnd."

func TestHostileTextStaysText(t *testing.T) {
	model := modeltest.New(t, "<img src=x onerror=window.hacked=7>")
	a := serveWith(t, model)
	a.post("/api/settings", map[string]string{"address": model.Base(), "model": "<img src=x onerror=window.hacked=7>"})
	id := a.begin(hostile)
	turn := model.Next(t)
	b := browse(t, 1280, a.url+"/c/"+id)
	for _, c := range hostile { // so that each half-written tag is shown once
		turn.Say(string(c))
	}
	b.shows("Not a title")
	turn.Finish("stop")
	b.settled("complete")
	b.do(chromedp.Reload())
	b.shows("Not a title")
	b.click("#server")
	b.shows("It answers")
	if eval[bool](b, "'hacked' in window") {
		t.Error("a script ran")
	}
	if n := eval[int](b, `document.querySelectorAll("#thread :is(script, img, svg, h1, b, [onerror], [onmouseover], [href^=javascript])").length`); n != 0 {
		t.Errorf("%d elements came from the text", n)
	}
	if said := eval[string](b, `document.querySelector(".said").textContent`); said != strings.TrimSpace(hostile) {
		t.Errorf("the user's text became %q", said)
	}
	links := eval[string](b, `[...document.querySelectorAll("#thread a")].map((a) => a.href + " " + a.target + " " + a.rel).join("\n")`)
	if links != "http://evil.example/b.png _blank noopener noreferrer" {
		t.Errorf("the links are %s", links)
	}
}

func TestOtherSitesAreRefused(t *testing.T) {
	model := modeltest.New(t, "tiny")
	a := serveWith(t, model)
	id := a.begin("A secret")
	model.Next(t).Answer("Hush")
	a.finished(id)
	for name, change := range map[string]func(r *http.Request){
		"another host":   func(r *http.Request) { r.Host = "evil.example" },
		"another origin": func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") },
		"another site":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
	} {
		for _, path := range []string{"POST /api/conversations", "POST /api/settings", "DELETE /api/conversations/" + id, "POST /api/setup", "POST /api/drafts"} {
			method, path, _ := strings.Cut(path, " ")
			request, err := http.NewRequest(method, a.url+path, strings.NewReader(`{"text":"x"}`))
			if err != nil {
				t.Fatal(err)
			}
			change(request)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != http.StatusForbidden && response.StatusCode != http.StatusMisdirectedRequest {
				t.Errorf("%s: %s %s: %s", name, method, path, response.Status)
			}
		}
	}
	if m := a.last(id); m.Text != "Hush" {
		t.Errorf("got %+v", m)
	}
}

func TestNarrowPagesDoNotScrollSideways(t *testing.T) {
	model := modeltest.New(t, "tiny")
	a := serveWith(t, model)
	wide := strings.Repeat("Donaudampfschifffahrtsgesellschaft", 20)
	id := a.begin(wide)
	model.Next(t).Answer(wide, "\n\n`", wide, "`\n\n```\n", wide, "\n```\n\n|", wide, "|b|\n|-|-|\n|1|2|\n\n- ", wide, "\n\nhttps://example.org/", wide, "\n\n$$", wide)
	a.finished(id)
	failed := a.begin("Fail")
	model.Next(t).Fail(500, nil, wide)
	a.finished(failed)
	empty := serve(t, "", completion.LocalServer{Name: "Ollama", Base: "http://127.0.0.1:1/v1"})
	for _, address := range []string{a.url + "/", a.url + "/c/" + id, a.url + "/c/" + failed, empty.url + "/", a.url + "/nowhere"} {
		b := browse(t, 360, address)
		b.allow("404")
		if strings.HasPrefix(address, empty.url) {
			b.shows("No model server found")
		}
		for _, within := range []string{"document.documentElement", "document.getElementById('scroll')"} {
			if over := eval[int](b, within+" ? "+within+".scrollWidth - "+within+".clientWidth : 0"); over > 0 {
				t.Errorf("%s: %s is %d px too wide", address, within, over)
			}
		}
		if address != a.url+"/nowhere" && !eval[bool](b, "document.getElementById('send').getBoundingClientRect().right <= 360") {
			t.Errorf("%s: Send is out of sight", address)
		}
	}
}

func TestDrawerOnAPhone(t *testing.T) {
	model := modeltest.New(t, "tiny")
	a := serveWith(t, model)
	first := a.begin("The first one")
	model.Next(t).Answer("1")
	a.begin("The second one")
	model.Next(t).Answer("2")
	b := browse(t, 360, a.url+"/")
	if eval[bool](b, "document.getElementById('side').checkVisibility()") {
		t.Error("the list is open")
	}
	b.click(".top [popovertarget=side]")
	b.until("document.getElementById('side').checkVisibility()")
	b.click("#c-" + first + " a")
	b.until("location.pathname === '/c/" + first + "'")
	b.answer("1")
}

func TestTypingIsKept(t *testing.T) {
	model := modeltest.New(t, "tiny")
	a := serveWith(t, model)
	b := browse(t, 1280, a.url+"/")
	b.write("one")
	b.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierShift)))
	b.write("two")
	b.do(chromedp.Reload()) // before the pause after which a draft is saved
	b.until(`document.getElementById("text").value === "one\ntwo"`)
	b.send("")
	if turn := model.Next(t); turn.Messages[0].Content != "one\ntwo" {
		t.Errorf("asked %+v", turn.Messages)
	} else {
		turn.Answer("ok")
	}
	b.answer("ok")
	b.do(chromedp.Navigate(a.url + "/"))
	if text := eval[string](b, `document.getElementById("text").value`); text != "" {
		t.Errorf("the draft came back: %q", text)
	}
}

func TestRefusedMessageStays(t *testing.T) {
	a := serve(t, "")
	b := browse(t, 1280, a.url+"/")
	b.allow("409")
	b.shows("No model server found")
	b.send("Hello")
	b.shows("There is no model server yet.")
	if text := eval[string](b, `document.getElementById("text").value`); text != "Hello" {
		t.Errorf("the message is %q", text)
	}
	b.click("#trouble button")
	b.until("document.getElementById('trouble').hidden && document.activeElement.id === 'text'")
}

func TestServerIsFoundByThePage(t *testing.T) {
	model := modeltest.New(t)
	a := serve(t, "", completion.LocalServer{Name: "Ollama", Base: model.Base()})
	b := browse(t, 1280, a.url+"/")
	b.shows("Ollama has no model yet")
	model.Offer("llama3.2")
	b.click("[data-look]")
	b.shows("llama3.2 answers, by way of Ollama")
	b.until(`document.getElementById("server").textContent === "llama3.2 · Ollama"`)
	b.send("Hi")
	model.Next(t).Answer("Hello")
	b.answer("Hello")
}

func TestSettings(t *testing.T) {
	first, second := modeltest.New(t, "tiny"), modeltest.New(t, "small", "large")
	a := serve(t, "", completion.LocalServer{Name: "LM Studio", Base: second.Base()})
	a.use(first, "sk-secret")
	b := browse(t, 1280, a.url+"/")
	b.write("Half a message")
	b.click("#server")
	b.shows("It answers, with 1 model.")
	b.until(`document.getElementById("key").value === "" && document.getElementById("key").placeholder.startsWith("Saved")`)
	b.click("#found [data-base]")
	b.shows("It answers, with 2 models.")
	b.do(chromedp.SetValue(chromedp.CSS("#model"), "large"))
	b.click("#settings .primary")
	b.until(`document.getElementById("server").textContent === "large · LM Studio"`)
	b.until(`document.readyState === "complete" && document.getElementById("text").value === "Half a message"`)
	if s, err := a.server(); err != nil || s.Base != second.Base() || s.Key != "" || s.Model != "large" {
		t.Errorf("got %+v, %v", s, err)
	}

	b.allow("502")
	b.click("#server")
	b.shows("It answers, with 2 models.")
	b.do(chromedp.SetValue(chromedp.CSS("#address"), "http://127.0.0.1:1/v1"))
	eval[bool](b, `document.getElementById("address").dispatchEvent(new Event("change"))`)
	b.shows("Nothing listens at 127.0.0.1:1")
	b.until(`document.getElementById("model").hidden && !document.getElementById("model-name").hidden`)
	b.click("#settings [data-close]")
	b.until("!document.getElementById('settings').open")
}

func TestRenameAndDelete(t *testing.T) {
	model := modeltest.New(t, "tiny")
	a := serveWith(t, model)
	id := a.begin("A title to be changed")
	model.Next(t).Answer("ok")
	a.finished(id)
	b := browse(t, 1280, a.url+"/c/"+id)
	b.click("[popovertarget=menu]")
	b.click("[data-dialog=rename]")
	b.until("document.activeElement.id === 'new-title'")
	b.do(chromedp.KeyEvent("Another one" + kb.Enter))
	b.until(`document.getElementById("title").textContent === "Another one" && document.querySelector("#list [aria-current]").textContent === "Another one"`)
	b.click("[popovertarget=menu]")
	b.click("[data-dialog=delete]")
	b.click("#delete [value='']")
	b.until("!document.getElementById('delete').open")
	b.click("[popovertarget=menu]")
	b.click("[data-dialog=delete]")
	b.click("#delete .danger")
	b.until("location.pathname === '/'")
	b.shows("Your conversations will be listed here.")
}

func TestCopy(t *testing.T) {
	model := modeltest.New(t, "tiny")
	a := serveWith(t, model)
	id := a.begin("Show me code")
	model.Next(t).Answer("<think>hm</think>Here **it** is:\n\n```go\nfmt.Println(\"<hi>\")\n```\n")
	a.finished(id)
	b := browse(t, 1280, a.url+"/c/"+id)
	b.permit("clipboard-read")
	b.permit("clipboard-write")
	for _, test := range []struct{ button, want string }{
		{".code [data-copy]", "fmt.Println(\"<hi>\")\n"},
		{"[data-copy=message]", "Here **it** is:\n\n```go\nfmt.Println(\"<hi>\")\n```\n"},
	} {
		b.click(test.button)
		b.until(`document.querySelector("` + test.button + `").textContent === "Copied"`)
		if got := run(b, chromedp.Evaluate[string]("navigator.clipboard.readText()", chromedp.EvalAwaitPromise), "read the clipboard"); got != test.want {
			t.Errorf("%s copied %q", test.button, got)
		}
	}
	if thought := eval[string](b, `document.querySelector(".thought").textContent`); thought != "hm" {
		t.Errorf("thought %q", thought)
	}
}
