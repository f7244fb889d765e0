package chat

import (
	"net/http"
	"strings"
	"testing"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/modeltest"
	"agents-tray/services/web/webtest"

	"github.com/chromedp/chromedp"
)

const sample = "A slice is a **view** of an array: a pointer, a length and a capacity. Appending within the capacity " +
	"writes to the *same* array, as [the specification](https://go.dev/ref/spec#Slice_types) says.\n\n" +
	"```go\nfunc main() {\n\ta := []int{1, 2, 3}\n\tb := a[:2]\n\tb = append(b, 9) // writes to a[2]: both are views of one array, unless the capacity is exhausted\n\tfmt.Println(a, b)\n}\n```\n\n" +
	"To keep them apart:\n\n1. use `slices.Clone(a)`, or\n2. cut the capacity: `a[:2:2]`.\n   - the next append then copies\n\n" +
	"## Costs\n\n| Way | Allocates | When |\n|:--|--:|:--|\n| `slices.Clone` | 24 bytes | at once |\n| full slice expression | 48 bytes | at the next append |\n\n" +
	"> Measure before you choose.\n\n- [x] Clone it\n- [ ] Measure it\n"

// TestLooks checks the contrast of all text (see webtest.Tab.Looks for pictures).
func TestLooks(t *testing.T) {
	t.Parallel()
	model := modeltest.New(t, "llama3.2", "qwen3:8b", "nomic-embed-text")
	bare := serve(t, "", completion.LocalServer{Name: "Ollama", Base: "http://127.0.0.1:9/v1"}, completion.LocalServer{Name: "llama.cpp", Base: "http://127.0.0.1:9/v1"},
		completion.LocalServer{Name: "LM Studio", Base: "http://127.0.0.1:9/v1"})
	full := serve(t, "", completion.LocalServer{Name: "Ollama", Base: model.Base()})
	full.post("/api/setup", nil)
	dead := serve(t, "")
	dead.post("/api/settings", map[string]string{"address": "http://127.0.0.1:1/v1"})
	for _, text := range []string{"How do I make sourdough starter", "Translate this letter into French, please: it is quite a long one", "What is the capital of Australia"} {
		full.begin(text)
		model.Next(t).Answer("Fine.")
	}
	good := full.begin("Why does appending to one slice change another one in Go?")
	turn := model.Next(t)
	turn.Think("The user asks about slices. They share the array.")
	turn.Answer(sample)
	failed := full.begin("And in Rust?")
	turn = model.Next(t)
	turn.Say("In Rust the borrow checker ")
	turn.Break()
	missing := full.begin("Which model are you?")
	model.Next(t).Fail(http.StatusNotFound, nil, `{"error":{"message":"model \"llama3.2\" not found, try pulling it first","type":"api_error"}}`)
	full.finished(missing)
	full.finished(failed)
	gone := full.answered(model, "A conversation that is not needed any more", "Fine.")
	full.request("DELETE", "/api/conversations/"+gone, nil)
	long := full.answered(model, "Read this. "+strings.Repeat("Many words follow here. ", 200), "It has many words.")
	full.learn(model.Base(), []completion.Model{{Name: "llama3.2", Context: 1200}})
	tea := full.answered(model, "Make tea, with a workflow", inFence(invalidWorkflow))
	full.post("/api/conversations/"+tea+"/messages", map[string]string{"text": "Better, please"})
	model.Next(t).Answer(inFence(validWorkflow))
	full.finished(tea)
	full.post("/api/conversations/"+tea+"/again", map[string]int64{"message": full.last(tea).ID})
	turn = model.Next(t)
	turn.Answer(inFence(validWorkflow))
	full.finished(tea)
	messages, err := full.thread(tea)
	if err != nil {
		t.Fatal(err)
	}
	full.post("/api/conversations/"+tea+"/omit", map[string]any{"messages": []int64{messages[0].ID}, "omitted": true})
	live := full.begin("Tell me about trays")
	turn = model.Next(t)
	turn.Say("A tray is a shallow platform designed for carrying things.\n\nIt can be made of")

	shots := []struct {
		name, address string
		prepare       func(b *tab)
	}{
		{"no-server", bare.url + "/", func(b *tab) { b.Shows("No model server found") }},
		{"new", full.url + "/", func(b *tab) { b.Shows("Begin a conversation") }},
		{"answer", full.url + "/c/" + good, func(b *tab) { b.Shows("Costs") }},
		{"broken", full.url + "/c/" + failed, func(b *tab) { b.Shows("broke off") }},
		{"failed", full.url + "/c/" + missing, func(b *tab) {
			b.Shows("does not have the model")
			b.Click("#thread .notice summary")
		}},
		{"live", full.url + "/c/" + live, func(b *tab) { b.Shows("made of") }},
		{"settings", full.url + "/c/" + good, func(b *tab) {
			b.Click(".side-foot [data-settings]")
			b.Shows("It answers")
			b.Shows("Ollama · 2 models")
		}},
		{"keyboard", full.url + "/c/" + good, func(b *tab) {
			b.Click("[popovertarget=menu]")
			b.Click("[data-dialog=keyboard]")
		}},
		{"menu", full.url + "/c/" + good, func(b *tab) { b.Click("[popovertarget=menu]") }},
		{"trouble", bare.url + "/", func(b *tab) {
			b.Allow("409")
			b.Shows("No model server found")
			b.send("Hello")
			b.Shows("no model server yet")
		}},
		{"dead", dead.url + "/", func(b *tab) {
			b.Allow("409")
			b.Shows("127.0.0.1:1 does not answer.")
			b.send("Hello")
			b.Until(`document.getElementById("announcer").textContent !== ""`)
		}},
		{"dead-settings", dead.url + "/", func(b *tab) {
			b.Allow("502")
			b.Shows("127.0.0.1:1 does not answer.")
			b.Click(".side-foot [data-settings]")
			b.Shows("enter another address.")
		}},
		{"workflow", full.url + "/c/" + tea, func(b *tab) {
			b.Click(".message:last-of-type [data-workflow=diff]")
			b.Until("!document.querySelector('.message:last-of-type .changes').hidden")
		}},
		{"workflow-errors", full.url + "/c/" + tea, func(b *tab) {
			b.Click(".findings button")
			b.Until(`CSS.highlights.has("line")`)
		}},
		{"models", full.url + "/c/" + tea, func(b *tab) {
			b.Click("#server")
			b.Until("document.querySelector('.choices')")
		}},
		{"edit", full.url + "/c/" + good, func(b *tab) {
			b.Click("[data-edit]")
			b.Until("document.querySelector('.editor')")
		}},
		{"save", full.url + "/c/" + tea, func(b *tab) {
			b.Click(".message:last-of-type [data-workflow=save]")
			b.Until("document.getElementById('save-workflow').open")
		}},
		{"search", full.url + "/c/" + tea, func(b *tab) {
			b.Do(chromedp.SendKeys(chromedp.CSS("#search"), "array capacity"))
			b.Shows("Found")
		}},
		{"long", full.url + "/c/" + long, func(b *tab) { b.Shows("may no longer fit") }},
		{"gone-page", full.url + "/c/nowhere", func(b *tab) { b.Allow("404") }},
	}
	t.Run("pages", func(t *testing.T) {
		for _, shot := range shots {
			t.Run(shot.name, func(t *testing.T) {
				t.Parallel()
				b := browse(t, webtest.Wide, shot.address)
				shot.prepare(b)
				b.Looks("chat-" + shot.name)
				if over := webtest.Eval[int](b.Tab, "document.documentElement.scrollHeight - innerHeight"); over > 0 {
					t.Errorf("the page is %d pixels higher than its window", over)
				}
			})
		}
		t.Run("drawer", func(t *testing.T) {
			t.Parallel()
			b := browse(t, webtest.Phone, full.url+"/c/"+good)
			b.Click(".top [popovertarget=side]")
			b.Look("chat-drawer-phone")
		})
	})
	turn.Finish("stop")
}
