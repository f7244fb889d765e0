//go:build linux

package e2e

import (
	"strings"
	"syscall"
	"testing"

	"agents-tray/tray/traytest"
)

// Whatever in the desktop answers no more, and from whatever moment on: the end stops
// everything, is recorded as clean, and nothing of the program is left.
func TestNothingInTheDesktopHoldsUpTheEnd(t *testing.T) {
	t.Parallel()
	moments := []string{"before the start", "after the icon", "with the menu", "after the panel was asked again", "at the end"}
	for _, frozen := range []string{"panel", "bus"} {
		for _, moment := range moments {
			for _, end := range []string{"signal", "quit"} {
				t.Run(frozen+" "+moment+" "+end, func(t *testing.T) {
					t.Parallel()
					u := newUser(t)
					u.Bus, u.Browser = traytest.StartBus(t), traytest.FakeBrowser(t)
					panel := u.Bus.StartPanelProcess(t)
					asked := u.Bus.WaitCall(t, "Get", "IsStatusNotifierHostRegistered")
					freeze := panel.Freeze
					if frozen == "bus" {
						freeze = u.Bus.Freeze
					}
					if moment == moments[0] {
						freeze()
					}
					p := u.launch()
					switch moment {
					case "after the icon":
						panel.Wait("icon")
						freeze()
					case "with the menu":
						panel.Wait("menu")
						freeze()
					case "after the panel was asked again":
						if frozen == "panel" {
							panel.Wait("menu")
							freeze()
						}
						asked()
						freeze()
					}
					p.ready()
					if moment == "at the end" {
						panel.Wait("menu")
						freeze()
					}
					if end == "quit" {
						u.Command("quit")
						p.CleanEnd()
					} else {
						p.quit()
					}
					if second := u.launch("ui").ready(); second.now().Unclean != nil {
						t.Error("the end is not recorded")
					}
				})
			}
		}
	}
}

// An instance that hangs is told as that, by commands and to whoever starts the program again.
func TestAnInstanceThatHangs(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	must(t, p.Process.Signal(syscall.SIGSTOP))
	t.Cleanup(func() { _ = p.Process.Signal(syscall.SIGCONT) })
	status, doctor, second, german := u.launchExactly("status"), u.launchExactly("doctor"), u.launchExactly(), u.prepare()
	german.Env = append(german.Env, "LANG=de_DE.UTF-8")
	german.Start()
	if status.End() != 1 || !strings.Contains(status.Out.String(), "is running, but does not answer") {
		t.Errorf("status says %q", status.Out.String())
	}
	if end, said := doctor.End(), doctor.Out.String(); end != 1 || !strings.Contains(said, "but does not answer") ||
		strings.Contains(said, "It is not running") || strings.Contains(said, "earlier session") {
		t.Errorf("doctor says %q", said)
	}
	for launched, want := range map[*program][2]string{
		second: {"Configurable Agents is running already", "It does not answer. It may have been suspended"},
		german: {"Configurable Agents läuft schon", "Es antwortet nicht. Vielleicht wurde es angehalten"},
	} {
		n := u.Notifications.Wait(t.Context(), summary(want[0]))
		if launched.End() != 1 || !strings.HasPrefix(n.Body, want[1]) {
			t.Errorf("another launch says %q", n.Body)
		}
	}
}
