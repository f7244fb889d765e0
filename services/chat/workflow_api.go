package chat

import (
	"cmp"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"agents-tray/services/chat/history"
	"agents-tray/services/web"
	"agents-tray/services/workflow"

	"github.com/rogpeppe/go-internal/diff"
)

// workflowView is a workflow file as a page shows it.
type workflowView struct {
	foundWorkflow
	ID           string // of its element
	Conversation string // "" for a file that is checked without one
	Message      int64
	File         string // name to save it under
	Compare      bool   // there is one before it
	Fix          bool   // the model can be asked to correct it
}

// WorkflowViews are the workflow files of a message.
func (m messageView) WorkflowViews() (list []workflowView) {
	for _, w := range m.Workflows {
		list = append(list, workflowView{
			foundWorkflow: w, ID: fmt.Sprintf("w-%d-%d", m.ID, w.Fence), Conversation: m.Conversation, Message: m.ID,
			File: workflowFileName(w.Name), Compare: m.Compare, Fix: m.Last && !m.Live(),
		})
	}
	return list
}

// markWorkflow makes a conversation a workflow when its first workflow file was answered.
func (c *chat) markWorkflow(id string, before []history.Message, answer history.Message) {
	if _, found := lastWorkflow([]history.Message{answer}); !found {
		return
	}
	if _, found := lastWorkflow(before); found {
		return // if it is none, the user has chosen so since
	}
	conversation, err := c.file.Conversation(id)
	if err == nil && !conversation.Workflow {
		conversation.Workflow = true
		err = c.file.SetOptions(id, conversation.Options)
	}
	if err != nil {
		log.Printf("make a conversation a workflow: %v", err)
	}
}

// findWorkflow finds the workflow file that a request names, and the messages before it.
func (c *chat) findWorkflow(id string, message int64, fence int) (w foundWorkflow, before []history.Message, self history.Message, err error) {
	if _, err := c.file.Conversation(id); err != nil {
		return w, nil, self, err
	}
	messages, err := c.thread(id)
	if err != nil {
		return w, nil, self, err
	}
	for i, m := range messages {
		if m.ID != message {
			continue
		}
		for _, w := range c.cache.viewOf(m).Workflows {
			if w.Fence == fence {
				return w, messages[:i], m, nil
			}
		}
	}
	return w, nil, self, errPassed
}

// requestedWorkflow is findWorkflow for the path of a request.
func (c *chat) requestedWorkflow(r *http.Request) (foundWorkflow, []history.Message, history.Message, error) {
	message, err := strconv.ParseInt(r.PathValue("message"), 10, 64)
	fence, err2 := strconv.Atoi(r.PathValue("fence"))
	if err != nil || err2 != nil {
		return foundWorkflow{}, nil, history.Message{}, history.ErrNotFound
	}
	return c.findWorkflow(r.PathValue("id"), message, fence)
}

// downloadWorkflow responds with a workflow file.
func (c *chat) downloadWorkflow(w http.ResponseWriter, r *http.Request) {
	found, _, _, err := c.requestedWorkflow(r)
	if err != nil {
		c.refuse(w, err)
		return
	}
	attach(w, "application/yaml; charset=utf-8", workflowFileName(found.Name))
	_, _ = w.Write([]byte(found.Text)) // fails only when the client has left
}

// attach sets the headers of a file to be saved. name is plain ASCII.
func attach(w http.ResponseWriter, kind, name string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Cache-Control", "no-store")
}

// compareWorkflow responds with what differs between a workflow file and the one before it
// in the conversation, or else that of the version of the answer before.
func (c *chat) compareWorkflow(w http.ResponseWriter, r *http.Request) {
	found, before, self, err := c.requestedWorkflow(r)
	if err != nil {
		c.refuse(w, err)
		return
	}
	old, ok := lastWorkflow(before)
	if !ok && self.Previous != 0 {
		var version history.Message
		if version, err = c.file.Message(r.PathValue("id"), self.Previous); err != nil {
			c.refuse(w, err)
			return
		}
		old, ok = lastWorkflow([]history.Message{version})
	}
	html, err := fragment("diff", diffView{Known: ok, Lines: diffLines(old, found.Text)})
	if err != nil {
		c.refuse(w, err)
		return
	}
	web.JSON(w, http.StatusOK, map[string]string{"html": html})
}

// diffView is the difference between two files.
type diffView struct {
	Known bool // there are two
	Lines []diffLine
}

// diffLine is a line of it. Kind is "added", "removed", "same" or "place".
type diffLine struct{ Kind, Text string }

// diffLines are the lines that differ, each with three around it.
func diffLines(old, now string) (list []diffLine) {
	text := string(diff.Diff("before", []byte(old), "now", []byte(now)))
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if i < 3 || line == "" { // its head
			continue
		}
		kind := map[byte]string{'+': "added", '-': "removed", '@': "place"}[line[0]]
		switch kind {
		case "":
			kind = "same"
		case "place":
			if len(list) == 0 {
				continue
			}
			line = "⋯"
		}
		list = append(list, diffLine{kind, line})
	}
	return list
}

// fix asks the model to correct the errors of a workflow.
func (c *chat) fix(w http.ResponseWriter, r *http.Request) {
	body, err := read[struct {
		Message int64
		Fence   int
	}](w, r)
	var found foundWorkflow
	if err == nil {
		found, _, _, err = c.findWorkflow(r.PathValue("id"), body.Message, body.Fence)
	}
	if err != nil {
		c.refuse(w, err)
		return
	}
	if err := c.add(r.PathValue("id"), fixRequest(found), noTab, nil); err != nil {
		c.refuseToAsk(w, r, err)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// noTab is no tab's name: a message that no tab's draft became.
const noTab = "-"

// checkWorkflow checks a file that was dropped or pasted, without any model.
func (c *chat) checkWorkflow(w http.ResponseWriter, r *http.Request) {
	body, err := readAtMost[struct{ Text, Name string }](w, r, maxWorkflow)
	if err != nil {
		c.refuse(w, err)
		return
	}
	found := foundWorkflow{Text: body.Text, Result: workflow.CheckFile(cmp.Or(body.Name, "pasted.yaml"), []byte(body.Text))}
	view := workflowView{foundWorkflow: found, ID: "checked-file", File: workflowFileName(found.Name)}
	if safeFileName(body.Name) == nil {
		view.File = body.Name
	}
	html, err := fragment("checked", view)
	if err != nil {
		c.refuse(w, err)
		return
	}
	web.JSON(w, http.StatusOK, map[string]any{"html": html, "valid": found.Valid(), "fix": fixRequestOf(found)})
}

// fixRequestOf is a message that asks for the correction of a file that no answer holds.
func fixRequestOf(w foundWorkflow) string {
	if w.Valid() {
		return ""
	}
	return "```yaml\n" + strings.TrimRight(w.Text, "\n") + "\n```\n\n" + fixRequest(w)
}

// workflowFolder is where workflow files are saved.
func (c *chat) workflowFolder() (string, error) {
	if c.Workflows != "" {
		return c.Workflows, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return home + string(os.PathSeparator) + "workflows", nil
}
