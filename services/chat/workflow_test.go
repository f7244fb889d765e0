package chat

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"agents-tray/services/chat/history"
	"agents-tray/services/web/webtest"

	"github.com/chromedp/chromedp"
)

const validWorkflow = `schema_version: "1.0"
flow:
  name: Tea for two
state:
  fields:
    topic: {type: str, required: true}
    answer: {type: str, default: ""}
nodes:
  - id: write
    prompt: "About {state.topic}"
    outputs: [answer]
    output_schema: {type: str}
edges:
  - {from: START, to: write}
  - {from: write, to: END}
`

// invalidWorkflow has an unknown type in line 6, and an unknown place in line 10.
var invalidWorkflow = strings.NewReplacer("topic: {type: str", "topic: {type: string", "{state.topic}", "{state.topik}").Replace(validWorkflow)

func inFence(text string) string { return "Here it is.\n\n```yaml\n" + text + "```\n\nIt makes tea." }

// The model is shown one example, which must be what it is told to write.
func TestTheInstructionsHoldAValidExample(t *testing.T) {
	list := workflowsIn(workflowInstructions, false)
	if len(list) != 1 || !list[0].Valid() || len(list[0].Warnings) > 0 || list[0].Dialect != "" {
		t.Errorf("found %+v", list)
		for _, w := range list {
			t.Errorf("%v %v", w.Errors, w.Warnings)
		}
	}
}

func TestWorkflowsAreFoundInAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		fences []int
		valid  bool
	}{
		"in a block":                {inFence(validWorkflow), []int{0}, true},
		"without a language":        {"```\n" + validWorkflow + "```", []int{0}, true},
		"as JSON":                   {"```json\n{\"schema_version\": \"1.0\"}\n```", nil, false},
		"beside other code":         {"```go\nschema_version: 1\n```\n\n" + inFence(validWorkflow), []int{1}, true},
		"in a list":                 {"1. First\n\n   ```yaml\n   " + strings.ReplaceAll(validWorkflow, "\n", "\n   ") + "\n   ```\n", []int{0}, true},
		"without the version":       {inFence(strings.TrimPrefix(validWorkflow, "schema_version: \"1.0\"\n")), []int{0}, false},
		"bare":                      {validWorkflow, []int{0}, true},
		"bare, with a comment":      {"# Makes tea\n" + validWorkflow, []int{0}, true},
		"other YAML":                {"```yaml\nnodes: 3\nstate: on\n```", nil, false},
		"an example of two keys":    {"```yaml\nnodes: []\nedges: []\n```", nil, false},
		"in prose":                  {"A `schema_version` is needed, and nodes.", nil, false},
		"in a block that is not":    {"```python\nschema_version: str\nnodes: list\n```", nil, false},
		"with Windows' line ends":   {strings.ReplaceAll(inFence(validWorkflow), "\n", "\r\n"), []int{0}, true},
		"in a very long answer":     {strings.Repeat("Many words come first.\n\n", 20_000) + inFence(validWorkflow), []int{0}, true},
		"broken, in a long answer":  {strings.Repeat("Many words come first.\n\n", 20_000) + inFence(invalidWorkflow), []int{0}, false},
		"two of them, as one after": {inFence(validWorkflow) + "\n\n" + inFence(validWorkflow), []int{0, 1}, true},
	} {
		var fences []int
		for _, w := range workflowsIn(fenced(test.answer), false) {
			fences = append(fences, w.Fence)
			if w.Valid() != test.valid {
				t.Errorf("%s: valid is %t: %v", name, w.Valid(), w.Errors)
			}
		}
		if len(fences) != len(test.fences) || len(fences) > 0 && fences[0] != test.fences[0] {
			t.Errorf("%s: found %v", name, fences)
		}
	}
}

func TestWorkflowIsCheckedWhileItIsWritten(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	b := browse(t, webtest.Wide, a.url+"/")
	b.Click("#workflow")
	b.Until(`document.getElementById("workflow").getAttribute("aria-pressed") === "true"`)
	b.send("Make tea")
	turn := model.Next(t)
	if len(turn.Messages) != 2 || turn.Messages[0].Role != "system" || !strings.Contains(turn.Messages[0].Content, "schema_version") {
		t.Errorf("asked %+v", turn.Messages)
	}
	b.Until("location.pathname.startsWith('/c/')")
	head, rest, _ := strings.Cut(inFence(invalidWorkflow), "    answer:")
	turn.Say(head[:60])
	b.Shows("Checking")
	turn.Say(head[60:])
	b.Shows("1 error so far") // the type, while the rest is missing
	turn.Say("    answer:" + rest)
	turn.Finish("stop")
	b.Shows("2 errors")
	b.state("complete")
	b.Until(`[...document.querySelectorAll(".findings button")].map((b) => b.textContent).join() === "Line 6,Line 10"`)
	b.Shows("write str")
	if webtest.Eval[bool](b.Tab, `!!document.querySelector(".run code")`) {
		t.Error("a command to run a broken file is offered")
	}

	b.Click(".findings li:last-child button")
	b.Until(`[...CSS.highlights.get("line")].join("").includes("{state.topik}")`)

	b.Click("[data-workflow=fix]")
	turn = model.Next(t)
	if last := turn.Messages[len(turn.Messages)-1]; !strings.Contains(last.Content, "- line 6: ") || !strings.Contains(last.Content, "- line 10: ") {
		t.Errorf("asked %q", last.Content)
	}
	turn.Answer(inFence(validWorkflow))
	b.Shows("Valid workflow")
	b.Shows("configurable-agents run tea_for_two.yaml --input topic=…")
	b.state("complete")
	b.Click(".message:last-of-type [data-workflow=diff]")
	b.Until(`[...document.querySelectorAll(".diff [data-kind=added]")].map((l) => l.textContent).join("").includes("{state.topic}")`)
	b.Until(`[...document.querySelectorAll(".diff [data-kind=removed]")].length === 2`)
}

func TestWorkflowIsSaved(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.begin("Make tea")
	model.Next(t).Answer(inFence(validWorkflow))
	m := a.finished(id)
	if c, err := a.file.Conversation(id); err != nil || !c.Workflow {
		t.Errorf("an answer with a workflow makes no workflow of its conversation: %+v, %v", c, err)
	}
	path := filepath.Join(a.Workflows, "tea_for_two.yaml")
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	b.Allow("409", "400")
	b.Shows("Valid workflow")
	save := func() {
		b.Click(".message:last-of-type [data-workflow=save]")
		b.Until("document.getElementById('save-workflow').open")
		b.Click("#save-workflow .primary")
	}
	b.Until("document.readyState === 'complete'")
	save()
	b.Shows("Saved as " + path)
	content, err := os.ReadFile(path)
	if err != nil || string(content) != validWorkflow {
		t.Errorf("saved %q, %v", content, err)
	}
	save() // the same again
	b.Until("!document.getElementById('save-workflow').open")

	if err := os.WriteFile(path, []byte("mine: true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	save()
	b.Shows("tea_for_two.yaml exists already, with another content.")
	if content, _ := os.ReadFile(path); string(content) != "mine: true\n" {
		t.Errorf("it was overwritten: %q", content)
	}
	b.Click("#save-replace")
	b.Until("!document.getElementById('save-workflow').open")
	if content, _ := os.ReadFile(path); string(content) != validWorkflow {
		t.Errorf("it was not replaced: %q", content)
	}

	for _, name := range []string{"../evil", "/etc/passwd", `..\evil`, "a/b.yaml", "", ".", "..", ".hidden", "con.yaml", "a\x00b", "x:y", strings.Repeat("x", 200)} {
		if status, answer := a.request("POST", "/api/workflows", map[string]string{"name": name, "text": "x"}); status != http.StatusBadRequest {
			t.Errorf("%q: %d %s", name, status, answer)
		}
	}
	names, err := os.ReadDir(a.Workflows)
	if err != nil || len(names) != 1 {
		t.Errorf("in the folder are %v, %v", names, err)
	}

	status, file := a.request("GET", "/api/conversations/"+id+"/messages/"+itoa(m.ID)+"/workflows/0", nil)
	if status != http.StatusOK || file != validWorkflow {
		t.Errorf("downloaded %d %q", status, file)
	}
	if status, _ := a.request("GET", "/api/conversations/"+id+"/messages/"+itoa(m.ID)+"/workflows/1", nil); status != http.StatusConflict {
		t.Errorf("a file that is not there: %d", status)
	}
}

// The file and the command that runs it can be copied, and the file downloaded.
func TestWorkflowIsCopied(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.answered(model, "Make tea", "Here it is:\n\n"+inFence(validWorkflow))
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	copied := b.Clipboard()
	for _, test := range []struct{ button, want string }{
		{"[data-copy=workflow]", validWorkflow},
		{".run [data-copy=code]", "configurable-agents run tea_for_two.yaml --input topic=…"},
	} {
		b.Click(test.button)
		b.Until(`document.querySelector("` + test.button + `").textContent === "Copied"`)
		if got := copied(); got != test.want {
			t.Errorf("%s copied %q", test.button, got)
		}
	}
	const download = `(() => { const link = document.querySelector(".workflow a[download]"); return link.download + " " + new URL(link.href).pathname; })()`
	if got := webtest.Eval[string](b.Tab, download); !strings.HasPrefix(got, "tea_for_two.yaml /api/conversations/"+id+"/messages/") {
		t.Errorf("to download: %s", got)
	}
}

func TestFileIsCheckedWithoutAModel(t *testing.T) {
	t.Parallel()
	a := serve(t, "") // without any server
	b := browse(t, webtest.Wide, a.url+"/")
	b.Shows("No model server found")
	drop := func(name, content string) {
		webtest.Eval[bool](b.Tab, `(() => {
			const files = new DataTransfer();
			files.items.add(new File([`+webtest.Quote(content)+`], `+webtest.Quote(name)+`));
			return document.getElementById("thread").parentElement.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
		})()`)
	}
	drop("mine.yaml", validWorkflow)
	b.Shows("Valid workflow")
	b.Until(`document.querySelector("#checked h2").textContent === "mine.yaml"`)
	drop("broken.yaml", invalidWorkflow)
	b.Shows("2 errors")
	b.Click("#checked .findings button")
	b.Until(`[...CSS.highlights.get("line")].join("").includes("type: string")`)
	drop("<img src=x onerror=alert(1)>.yaml", "<script>alert(1)</script>")
	b.Shows("1 error")
	drop("broken.json", `{"flow": "a", }`)
	b.Shows("this is no JSON")
	drop("notes.txt", "")
	b.Shows("this file is empty")
	b.Click("[data-workflow=dismiss]")
	b.Until("document.getElementById('checked').hidden")

	webtest.Eval[bool](b.Tab, `(() => {
		const data = new DataTransfer();
		data.setData("text/plain", `+webtest.Quote(invalidWorkflow)+`);
		return document.getElementById("text").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
	})()`)
	b.Shows("2 errors")
	b.Click("[data-workflow=ask]")
	b.Until(`document.getElementById("text").value.includes("- line 10: ")`)
}

// itoa is a message's id in an address.
func itoa(id int64) string {
	text, _ := json.Marshal(id)
	return string(text)
}

func TestWorkflowOfAHostileModel(t *testing.T) {
	t.Parallel()
	a, model := serveWithModel(t)
	id := a.begin("Make tea")
	evil := `</code></pre></section><img src=x onerror="window.hacked=1">`
	model.Next(t).Answer(inFence(strings.NewReplacer("Tea for two", `'`+evil+`'`, "topic: {", `"`+strings.ReplaceAll(evil, `"`, "'")+`": {`).Replace(validWorkflow)))
	a.finished(id)
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	b.Shows("error")
	b.Do(chromedp.Reload())
	b.Shows("error")
	if webtest.Eval[bool](b.Tab, `"hacked" in window || !!document.querySelector("#thread img")`) {
		t.Error("the workflow's name became an element")
	}
}

func TestTheUserDecidesAboutTheSwitch(t *testing.T) {
	a, model := serveWithModel(t)
	id := a.answered(model, "Make tea", inFence(validWorkflow))
	a.post("/api/conversations/"+id+"/options", history.Options{Instructions: "Be brief."})
	a.post("/api/conversations/"+id+"/messages", map[string]string{"text": "Again"})
	turn := model.Next(t)
	if turn.Messages[0].Role != "system" || turn.Messages[0].Content != "Be brief." {
		t.Errorf("asked %+v", turn.Messages[0])
	}
	turn.Answer(inFence(validWorkflow))
	a.finished(id)
	if c, err := a.file.Conversation(id); err != nil || c.Workflow {
		t.Errorf("the switch went on again: %+v, %v", c, err)
	}
}
