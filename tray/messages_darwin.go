package tray

import (
	"os/exec"
	"sync"
)

// messages are notifications of the Script Editor's: those of our own, with buttons,
// take a signed bundle. What a button would do is in the menu.
type messages struct {
	do func(Intent)
	wg sync.WaitGroup
}

// answers has no answers to carry out.
func (m *messages) answers(do func(Intent)) { m.do = do }

func (m *messages) show(n Notification) {
	m.wg.Go(func() {
		script := "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"
		_ = exec.Command("/usr/bin/osascript", "-e", script, n.Summary, n.Body).Run() // then there is no desktop
	})
}

// withdraw does nothing: the system takes them away by itself.
func (m *messages) withdraw(string) {}

// end waits for what is being shown.
func (m *messages) end() { m.wg.Wait() }
