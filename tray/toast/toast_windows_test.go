package toast

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"
)

// startNotifier opens a notifier of a.program, on a shell that knows a program.
func startNotifier(t *testing.T, known string) (*shell, *Notifier) {
	t.Helper()
	shell, winrt := startShell(t, known)
	runtime.LockOSThread()
	t.Cleanup(runtime.UnlockOSThread)
	n, err := open("a.program", winrt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return shell, n
}

func TestToastsAreShownReplacedAndTakenBack(t *testing.T) {
	shell, n := startNotifier(t, "a.program")
	show := func(toast Toast) {
		t.Helper()
		if err := n.Show(toast); err != nil {
			t.Error(err)
		}
	}
	show(Toast{Tag: "1", Title: "First"})
	show(Toast{Tag: "2", Title: "Second", Body: "Grüße 🦊, and the end", Buttons: []Button{{"Restart", "x:1"}}})
	show(Toast{Tag: "1", Title: "In place of the first"})
	if got := fmt.Sprint(len(shell.toasts), shell.popups); got != "2 3" {
		t.Errorf("toasts and pop-ups are %s", got)
	}
	if got := shell.toasts["messages 1"]; !strings.Contains(got, "In place") {
		t.Errorf("the first is %s", got)
	}
	if got := shell.toasts["messages 2"]; !strings.Contains(got, "Grüße 🦊, and the end</text>") || !strings.Contains(got, `arguments="x:1"`) {
		t.Errorf("the second is %s", got)
	}
	for range 2 { // the second time it is gone already
		if err := n.Remove("1"); err != nil {
			t.Error(err)
		}
	}
	if _, there := shell.toasts["messages 1"]; there || len(shell.toasts) != 1 {
		t.Errorf("left are %v", shell.toasts)
	}
}

func TestAThousandToastsKeepNothing(t *testing.T) {
	shell, n := startNotifier(t, "a.program")
	had := len(shell.alive)
	for i := range 1000 {
		if err := n.Show(Toast{Tag: fmt.Sprint(i % 3), Title: "Again"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(shell.alive) != had || len(shell.toasts) != 3 {
		t.Errorf("%d objects, of them %d toasts, where there were %d", len(shell.alive), len(shell.toasts), had)
	}
}

func TestAProgramThatIsNotKnownIsTold(t *testing.T) {
	_, n := startNotifier(t, "another.program")
	if err := n.Show(Toast{Tag: "1", Title: "First"}); err == nil || !strings.Contains(err.Error(), `show the toast "First": `) || !strings.Contains(err.Error(), "0x80070490") {
		t.Errorf("the error is %v", err)
	}
}

// Wine has none; on a real Windows there is nothing to see here.
func TestWithoutToastsItIsAnError(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if n, err := Open("a.program"); err == nil {
		n.Close()
	} else if !strings.Contains(err.Error(), "begin to show toasts: ") {
		t.Errorf("the error is %v", err)
	}
}

func TestTheProgramIsMadeKnown(t *testing.T) {
	const id, scheme = "test.of.agentstray", "agents-tray-test"
	for range 2 { // the second time it is known
		if err := Register(Program{ID: id, Name: "A Test", Picture: `C:\a picture.png`, Scheme: scheme, Command: []string{`C:\Program Files\a.exe`, "answer"}}); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		for _, path := range []string{`AppUserModelId\` + id, scheme + `\shell\open\command`, scheme + `\shell\open`, scheme + `\shell`, scheme} {
			if err := registry.DeleteKey(registry.CURRENT_USER, classes+path); err != nil {
				t.Errorf("remove %s: %v", path, err)
			}
		}
	})
	for path, want := range map[string]string{
		`AppUserModelId\` + id + `\DisplayName`: "A Test",
		`AppUserModelId\` + id + `\IconUri`:     `C:\a picture.png`,
		scheme + `\`:                            "URL:A Test",
		scheme + `\URL Protocol`:                "",
		scheme + `\shell\open\command\`:         `"C:\Program Files\a.exe" answer "%1"`,
	} {
		slash := strings.LastIndex(path, `\`)
		key, err := registry.OpenKey(registry.CURRENT_USER, classes+path[:slash], registry.QUERY_VALUE)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		got, _, err := key.GetStringValue(path[slash+1:])
		key.Close()
		if err != nil || got != want {
			t.Errorf("%s is %q (%v), not %q", path, got, err, want)
		}
	}
}
