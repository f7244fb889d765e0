//go:build linux

package e2e

import (
	"strings"
	"syscall"
	"testing"

	"agents-tray/manager"
	"agents-tray/manager/control"
)

// theChat returns the Chat as it stands.
func theChat(s control.Status) manager.Service {
	service, _ := s.Service("chat")
	return service
}

// What the user has stopped stays stopped, however the program ends, until they start
// it again.
func TestStoppedByHandStaysStopped(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	item := p.Item()
	item.WaitLabel(t.Context(), "Running")
	click(t, item, "Services", "Chat", "Stop")
	stopped := func(s control.Status) bool { return theChat(s).State == manager.Stopped && theChat(s).ByHand }
	p.Status("the Chat has stopped", stopped)
	for _, end := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL, syscall.SIGTERM} {
		must(t, p.Process.Signal(end))
		p.End()
		p = u.launch()
		p.Status("the Dashboard runs and the Chat does not", func(s control.Status) bool { return is("dashboard", manager.Ready)(s) && stopped(s) })
		if end == syscall.SIGKILL && !strings.Contains(p.Out.String(), "Chat stays stopped, as you left it") {
			t.Errorf("it does not say that the Chat stays stopped:\n%s", p.Out.String())
		}
	}
	item = p.Item()
	item.WaitLabel(t.Context(), "Services", "Chat", "Start")
	click(t, item, "Services", "Chat", "Start")
	p.ready()
	p.quit()
	u.launch().ready()
}
