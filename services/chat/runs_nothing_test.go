//go:build !windows

package chat

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// starts is what starts a process in Go.
var starts = regexp.MustCompile(`"os/exec"|\bos\.StartProcess\b|\bsyscall\.(ForkExec|Exec|StartProcess)\b|\bunix\.Exec\b`)

// What a model has written is never run: nothing in the Chat, or in what reads workflows, starts
// a process. What it offers to run is a text to copy.
func TestWhatAModelWritesIsNotRun(t *testing.T) {
	list := exec.Command("go", "list", "-f", `{{$dir := .Dir}}{{range .GoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}`, "agents-tray/services/chat/...", "agents-tray/services/workflow/...")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	files := strings.Fields(string(out))
	if len(files) < 20 {
		t.Fatalf("these are not all: %v", files)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := starts.Find(source); found != nil {
			t.Errorf("%s has %s", filepath.Base(file), found)
		}
	}
}
