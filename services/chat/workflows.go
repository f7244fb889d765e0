package chat

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"agents-tray/services/chat/history"
	"agents-tray/services/chat/markdown"
	"agents-tray/services/workflow"
)

// foundWorkflow is a workflow file in a text, with the outcome of its check.
type foundWorkflow struct {
	Fence   int // which of the text's blocks of code it is, from 0
	Text    string
	Growing bool // it is being written
	*workflow.Result
}

// workflowKeys matches the beginning of the lines with the keys that every workflow has.
var workflowKeys = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(?:schema_version|flow|state|nodes|edges)["']?[ \t]*:`)
})

// isWorkflow reports whether a text is meant as a workflow file: it has the schema_version,
// or three other of the keys.
func isWorkflow(text string) bool {
	keys := make(map[string]bool)
	for _, key := range workflowKeys().FindAllString(text, -1) {
		keys[strings.Trim(key, "\"': \t")] = true
	}
	return keys["schema_version"] || len(keys) >= 3
}

// workflowsIn finds and checks the workflow files in an answer. While it is being written,
// the last block of code counts as unfinished.
func workflowsIn(text string, writing bool) (list []foundWorkflow) {
	if !strings.Contains(text, "schema_version") && !strings.Contains(text, "nodes") { // cheaper than parsing it
		return nil
	}
	for i, fence := range markdown.Fences(text) {
		switch fence.Language {
		case "", "yaml", "yml", "json", "text":
		default:
			continue
		}
		if !isWorkflow(fence.Text) {
			continue
		}
		w := foundWorkflow{Fence: i, Text: fence.Text, Growing: writing && fence.Last}
		if w.Growing {
			w.Result = workflow.CheckGrowing([]byte(fence.Text))
		} else {
			w.Result = workflow.Check([]byte(fence.Text))
		}
		list = append(list, w)
	}
	return list
}

// fenced puts an answer that is a bare workflow file, as some models give it, between fences.
func fenced(answer string) string {
	trimmed := strings.TrimLeft(answer, " \n")
	for _, start := range []string{"schema_version:", "# ", "flow:"} {
		if strings.HasPrefix(trimmed, start) && strings.Contains("\n"+trimmed, "\nschema_version:") && !strings.Contains(trimmed, "```") {
			return "```yaml\n" + strings.TrimRight(trimmed, "\n") + "\n```"
		}
	}
	return answer
}

// lastWorkflow is the last workflow file in the answers, and whether there is one.
func lastWorkflow(messages []history.Message) (text string, found bool) {
	for i := len(messages) - 1; i >= 0; i-- {
		if messages[i].Role != history.Assistant {
			continue
		}
		_, answer := splitThinking(messages[i].Text)
		if list := workflowsIn(fenced(answer), false); len(list) > 0 {
			return list[len(list)-1].Text, true
		}
	}
	return "", false
}

// FileName is a name for the file, from that of the flow.
func (w foundWorkflow) FileName() string {
	return workflowFileName(w.Name)
}

// workflowFileName makes a file's name of that of a flow.
func workflowFileName(flow string) string {
	name := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, flow), "_-")
	if len(name) > 60 {
		name = name[:60]
	}
	if name == "" {
		name = "workflow"
	}
	return name + ".yaml"
}

// Command is the command that runs the file at a path, with a place for each required input.
func (w foundWorkflow) Command(file string) string {
	command := "configurable-agents run " + shellWord(file)
	for _, input := range w.Inputs {
		command += " --input " + shellWord(input+"=…")
	}
	return command
}

// shellWord quotes a word for shells where it must be.
func shellWord(word string) string {
	plain := strings.IndexFunc(word, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r > 127 || strings.ContainsRune(`_-./=:\`, r))
	}) < 0
	switch {
	case plain && (!strings.Contains(word, `\`) || terminal() == "PowerShell"):
		return word
	case terminal() == "PowerShell":
		return "'" + strings.ReplaceAll(word, "'", "''") + "'"
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// fixRequest asks the model to correct a workflow.
func fixRequest(w foundWorkflow) string {
	var b strings.Builder
	b.WriteString("A check of the workflow above found these errors:\n\n")
	for _, f := range w.Errors {
		b.WriteString("- line " + strconv.Itoa(f.Line) + ": " + f.Text + "\n")
	}
	b.WriteString("\nCorrect all of them, change nothing else, and give the whole file again.")
	return b.String()
}
