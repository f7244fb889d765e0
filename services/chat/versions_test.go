package chat

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"agents-tray/services/chat/history"
	"agents-tray/services/chat/modeltest"
	"agents-tray/services/web/webtest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestVersionsOfAnswersAndQuestions(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.answered(model, "Name a colour", "Red")
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	b.answer("Red")
	b.Until("document.readyState === 'complete'")
	b.Click("[data-retry=again]")
	model.Next(t).Answer("Blue")
	b.answer("Blue")
	b.state("complete")
	b.Shows("2/2")
	b.Click("[aria-label='The version before']")
	b.answer("Red")
	b.Shows("1/2")
	b.Click("[aria-label='The next version']")
	b.answer("Blue")

	b.Click("[data-edit]")
	b.Until("document.activeElement.matches('.editor textarea') && document.activeElement.value === 'Name a colour'")
	b.Do(chromedp.KeyEvent(" and a number" + kb.Enter))
	turn := model.Next(t)
	if len(turn.Messages) != 1 || turn.Messages[0].Content != "Name a colour and a number" {
		t.Errorf("asked %+v", turn.Messages)
	}
	turn.Answer("Green, 7")
	b.answer("Green, 7")
	b.state("complete")
	b.Click("[data-role=user] [aria-label='The version before']")
	b.answer("Blue") // the version of the answer that was chosen
	b.Do(chromedp.Reload())
	b.answer("Blue")
}

// With the server off, trying again fails beside the old answer, not in its place.
func TestNothingIsLostWithTheServerOff(t *testing.T) {
	a, model := serveWithModel(t)
	id := a.begin("Name a colour")
	model.Next(t).Answer("Red")
	m := a.finished(id)
	model.Close()
	a.post("/api/conversations/"+id+"/again", map[string]int64{"message": m.ID})
	if failed := a.finished(id); failed.State != history.Failed || failed.Previous != m.ID {
		t.Errorf("got %+v", failed)
	}
	question := m.ID - 1
	a.post("/api/conversations/"+id+"/edit", map[string]any{"message": question, "text": "Another"})
	if failed := a.finished(id); failed.State != history.Failed {
		t.Errorf("got %+v", failed)
	}
	a.post("/api/conversations/"+id+"/version", map[string]int64{"message": question})
	a.post("/api/conversations/"+id+"/version", map[string]int64{"message": m.ID})
	if last := a.last(id); last.Text != "Red" || last.Versions != 2 {
		t.Errorf("got %+v", last)
	}

	none := serve(t, "")
	if status, _ := none.request("POST", "/api/conversations/"+id+"/again", map[string]int64{"message": m.ID}); status != http.StatusNotFound {
		t.Errorf("status %d", status)
	}
}

func TestMessagesAreLeftOut(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.answered(model, "First", "One")
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	b.Click("[data-role=user] [data-omit]")
	b.Shows("Not sent to the model")
	b.send("Second")
	turn := model.Next(t)
	if len(turn.Messages) != 3 || turn.Messages[0].Content != omittedPrompt || turn.Messages[1].Content != "One" {
		t.Errorf("asked %+v", turn.Messages)
	}
	turn.Answer("Two")
	b.answer("Two")
	b.state("complete")
	b.Click("[data-omit=false]")
	b.Until(`!document.body.innerText.includes("Not sent to the model")`)
}

// A conversation that is too long is told before the server refuses it, as far as its size is
// known, and afterwards; the oldest turns can be left out.
func TestAConversationThatNoLongerFits(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	model.Offer("tiny@4096")
	a.post("/api/models", map[string]string{})
	long := strings.Repeat("many words ", 500)
	id := a.answered(model, "First. "+long, "One")
	for _, text := range []string{"Second. ", "Third. "} {
		a.post("/api/conversations/"+id+"/messages", map[string]string{"text": text + long})
		model.Next(t).Answer("Fine")
		a.finished(id)
	}
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	b.Shows("This conversation may no longer fit.")
	b.send("Fourth")
	model.Next(t).Fail(400, nil, `{"error":{"message":"This model's maximum context length is 4096 tokens.","code":"context_length_exceeded"}}`)
	b.Shows("The conversation is too long for this model.")
	b.Click("[data-retry=shorten]")
	turn := model.Next(t)
	for _, m := range turn.Messages {
		if strings.HasPrefix(m.Content, "First.") {
			t.Errorf("the oldest turn was sent")
		}
	}
	if last := turn.Messages[len(turn.Messages)-1]; last.Content != "Fourth" {
		t.Errorf("asked %+v", last)
	}
	turn.Answer("Good")
	b.answer("Good")
	b.Until(`document.querySelectorAll("[data-omitted]").length > 0 && !document.getElementById("fit")`)
	b.Shows("First.") // it is still there

	single := a.answered(model, "Alone. "+long, "Fine")
	if status, answer := a.request("POST", "/api/conversations/"+single+"/shorten", map[string]int64{}); status != http.StatusConflict || !strings.Contains(answer, "no older turns") {
		t.Errorf("status %d %s", status, answer)
	}
}

func TestDraftsBelongToTheirTab(t *testing.T) {
	t.Parallel()
	a, _ := serveWithModel(t)
	first := browse(t, webtest.Wide, a.url+"/")
	first.write("of the first")
	saved := func(texts ...string) {
		t.Helper()
		for deadline := time.Now().Add(webtest.Patience); ; {
			drafts, err := a.file.Drafts("")
			if err != nil {
				t.Fatal(err)
			}
			if len(drafts) == len(texts) && (len(texts) == 0 || strings.Contains(fmt.Sprint(drafts), texts[0])) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("drafts %+v", drafts)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	saved("of the first")
	if left := webtest.Eval[string](first.Tab, `document.getElementById("text").value`); left != "of the first" {
		t.Errorf("the draft is %q", left)
	}
	first.Do(chromedp.Reload())
	first.Until(`document.getElementById("text").value === "of the first"`)
	first.Do(chromedp.Navigate("about:blank"))
	second := browse(t, webtest.Wide, a.url+"/")
	second.Until(`document.getElementById("text").value === "of the first"`) // the first is closed
}

func TestSearch(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	for _, question := range []string{"About trays", "About cups", "About plates"} {
		a.answered(model, question, "They are made of porcelain, "+question+".")
	}
	b := browse(t, webtest.Wide, a.url+"/")
	b.Do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.Until("document.activeElement.id === 'search'")
	b.Do(chromedp.KeyEvent("cups PORCELAIN"))
	b.Until(`[...document.querySelectorAll("#list a")].map((a) => a.title).join() === "About cups"`)
	b.Shows("…made of porcelain, About cups.")
	b.Do(chromedp.KeyEvent(" nothing"))
	b.Shows("Nothing was found.")
	b.Do(chromedp.KeyEvent(kb.Escape))
	b.Until(`document.querySelectorAll("#list a").length === 3`)
}

func TestLongListsAreReachable(t *testing.T) {
	t.Parallel()
	a := serve(t, "")
	const all = 5*listed + 30 // more than a thousand
	a.fill(all, `INSERT INTO conversations (id, title, created, updated) SELECT 'c' || n, 'Question ' || n, n, n FROM numbers`)
	b := browse(t, webtest.Wide, a.url+"/")
	for n := listed; n < all; n += listed {
		b.Until(fmt.Sprintf(`document.querySelectorAll("#list a").length === %d`, n))
		b.Click("#more")
	}
	b.Until(fmt.Sprintf(`document.querySelectorAll("#list a").length === %d && !document.getElementById("more")`, all))
}

func TestModelAndInstructionsOfAConversation(t *testing.T) {
	t.Parallel()
	model := modeltest.New(t, "tiny", "other", "text-embedding-x")
	a := serve(t, "")
	a.use(model, "")
	b := browse(t, webtest.Wide, a.url+"/")
	b.Click("#server")
	b.Until(`[...document.querySelectorAll(".choices button")].map((b) => b.textContent).join() === "tiny,other"`)
	b.Click("button[data-model=other]")
	b.Until(`document.getElementById("server").textContent.startsWith("other · ")`)
	b.Click("[popovertarget=menu]")
	b.Click("[data-dialog=instructions]")
	b.Do(chromedp.SetValue(chromedp.CSS("#instructions-text"), "Be brief."))
	b.Click("#instructions .primary")
	b.Do(chromedp.Reload())
	b.Until(`document.getElementById("server").textContent.startsWith("other · ") && document.readyState === "complete"`)
	b.send("Hi")
	turn := model.Next(t)
	if turn.Model != "other" || len(turn.Messages) != 2 || turn.Messages[0].Content != "Be brief." {
		t.Errorf("asked %s %+v", turn.Model, turn.Messages)
	}
	turn.Answer("Hello")
	b.answer("Hello")
	b.Until("document.readyState === 'complete'")
	b.Click("#server")
	b.Click("button[data-model=tiny]")
	b.Until(`document.getElementById("server").textContent.startsWith("tiny · ")`)
	b.send("Again")
	if turn = model.Next(t); turn.Model != "tiny" {
		t.Errorf("asked %s", turn.Model)
	}
	turn.Answer("Yes")
	b.answer("Yes")
	b.Click("#server")
	b.Click("button[data-model=other]")
	b.Until(`document.getElementById("server").textContent.startsWith("other · ")`)
	b.Do(chromedp.Reload())
	b.Until(`document.readyState === "complete" && document.getElementById("model").dataset.saved === "tiny"`) // in the settings
	b.Click("#server")
	b.Click(".models [data-settings]") // is no choice of a model
	b.Until("document.getElementById('settings').open")
	if c, err := a.file.Conversations(1); err != nil || c[0].Model != "other" {
		t.Errorf("got %+v, %v", c, err)
	}
	if s, err := a.server(); err != nil || s.Model != "tiny" {
		t.Errorf("for all conversations it is %+v, %v", s, err)
	}
}

func TestExport(t *testing.T) {
	a, model := serveWithModel(t)
	id := a.begin("Name a colour")
	model.Next(t).Answer("<think>hm</think>Red")
	m := a.finished(id)
	a.post("/api/conversations/"+id+"/again", map[string]int64{"message": m.ID})
	model.Next(t).Answer("Blue")
	a.finished(id)
	status, markdown := a.request("GET", "/api/conversations/"+id+"/export?format=markdown", nil)
	if status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	webtest.Contains(t, markdown, "# Name a colour\n", "## You, ", "## Answer of tiny, ", "\n\nBlue\n")
	_, answer := a.request("GET", "/api/conversations/"+id+"/export?format=json", nil)
	var exported exportedConversation
	if err := json.Unmarshal([]byte(answer), &exported); err != nil || len(exported.Messages) != 3 {
		t.Fatalf("%v: %s", err, answer)
	}
	if old, now := exported.Messages[1], exported.Messages[2]; old.Text != "<think>hm</think>Red" || old.Shown || !now.Shown || old.Parent != now.Parent {
		t.Errorf("got %+v and %+v", old, now)
	}
}

func TestKeyboard(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.answered(model, "Name a colour", "Red")
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	b.Clipboard()
	b.Until("document.readyState === 'complete' && document.activeElement.id === 'text'")
	b.Do(chromedp.KeyEvent("C", chromedp.KeyModifiers(chromedp.ModifierAlt, chromedp.ModifierShift)))
	b.Until(`document.querySelector("[data-copy=message]").textContent === "Copied"`)
	b.Do(chromedp.KeyEvent(kb.ArrowUp))
	b.Until("document.activeElement.matches('.editor textarea')")
	b.Do(chromedp.KeyEvent(kb.Escape))
	b.Until("document.activeElement.id === 'text' && !document.querySelector('.editor')")
	b.Do(chromedp.Focus(chromedp.CSS("#scroll")))
	b.Do(chromedp.KeyEvent("?"))
	b.Until("document.getElementById('keyboard').open")
	b.Do(chromedp.KeyEvent(kb.Escape))
	b.Until("!document.getElementById('keyboard').open")
	b.Do(chromedp.KeyEvent("O", chromedp.KeyModifiers(chromedp.ModifierCtrl, chromedp.ModifierShift)))
	b.Until("location.pathname === '/'")
}

func TestCodeIsColoured(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.begin("Show me code")
	turn := model.Next(t)
	turn.Say("```go\nfunc main() { fmt.Println(\"hi\") } // says hi\n```\n\n```yaml\na: 1\n```\n\n```unknown\nx\n```\n")
	turn.Finish("stop")
	a.finished(id)
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	colored := func(kind, want string) {
		b.Until(`[...(CSS.highlights.get("` + kind + `") ?? [])].some((r) => r.startContainer.data.slice(r.startOffset, r.endOffset) === ` + webtest.Quote(want) + `)`)
	}
	colored("keyword", "func")
	colored("string", `"hi"`)
	colored("comment", "// says hi")
	colored("title", "a:")
	if n := webtest.Eval[int](b.Tab, `document.querySelectorAll("#thread code *").length`); n != 0 {
		t.Errorf("%d elements were added to the code", n)
	}
}

func TestTokensAreTold(t *testing.T) {
	a, model := serveWithModel(t)
	id := a.begin("Name a colour")
	model.Next(t).Answer("Red")
	if m := a.finished(id); m.Tokens != (history.Tokens{Read: 1207, Written: 42}) {
		t.Errorf("got %+v", m.Tokens)
	}
	_, page := a.request("GET", "/c/"+id, nil)
	webtest.Contains(t, page, "1207 tokens read and 42 written", `1,207 + 42</span> tokens`)
}

// The mark at the list's entry goes when the answer is complete.
func TestTheListIsTrueAtOnce(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.begin("Name a colour")
	turn := model.Next(t)
	turn.Say("R")
	b := browse(t, webtest.Wide, a.url+"/")
	b.Until(`document.querySelector("#c-` + id + ` .state")`)
	turn.Answer("ed")
	b.Until(`!document.querySelector("#c-` + id + ` .state")`)
}

// Of a long conversation the page shows the last messages at first, and earlier ones when its
// beginning is reached; what was in view stays there.
func TestLongConversation(t *testing.T) {
	t.Parallel()
	a := serve(t, "")
	const id, turns = "long", shownAtFirst
	a.fill(1, `INSERT INTO conversations (id, title, created, updated) VALUES ('long', 'Question 0?', 1, 1)`)
	a.fill(2*turns, `INSERT INTO messages (id, conversation, parent, role, text, state, created, finished) SELECT n + 1, 'long', n,
		iif(n % 2, 'assistant', 'user'), format(iif(n % 2, 'Answer %d.', 'Question %d?'), n / 2), 'complete', 1, 1 FROM numbers`)
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	count := func(n int) {
		t.Helper()
		b.Until(fmt.Sprintf("document.querySelectorAll('.message').length === %d", n))
	}
	count(shownAtFirst)
	b.answer(fmt.Sprintf("Answer %d.", turns-1))
	b.Until("(() => { const s = document.getElementById('scroll'); return s.scrollHeight - s.scrollTop - s.clientHeight < 2 })()")
	first := webtest.Eval[string](b.Tab, "document.querySelector('.message').id")
	webtest.Eval[bool](b.Tab, "(document.getElementById('scroll').scrollTop = 100) > 0")
	count(2 * turns)
	if top := webtest.Eval[float64](b.Tab, "document.getElementById("+webtest.Quote(first)+").getBoundingClientRect().top"); top < -200 || top > 400 {
		t.Errorf("what was in view is at %v", top)
	}
	b.Until("!document.getElementById('earlier')")
	b.Shows("Question 0?")
}
