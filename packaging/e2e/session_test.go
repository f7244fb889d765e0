//go:build linux

package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/tray/traytest"
)

// fresh makes a user who has never started the program.
func (u *user) fresh() *user {
	u.T.Helper()
	must(u.T, os.Remove(filepath.Join(u.Folder, "config", "agents-tray", "tray.json")))
	return u
}

// opened opens the Chat, and returns all that was opened before.
func (u *user) opened() []string {
	u.T.Helper()
	u.Command("open", "chat")
	for {
		if url := u.Browser.Wait(u.T.Context()); url == u.URL(u.Chat) {
			urls := u.Browser.URLs()
			return urls[:len(urls)-1]
		}
	}
}

// After the very first double click nothing seems to happen: an icon appears somewhere.
func TestTheFirstStartIsSeen(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop().fresh()
	p := u.launch().ready()
	u.opens(u.URL(u.Dashboard))
	n := u.Notifications.Wait(t.Context(), func(n traytest.Notification) bool { return strings.Contains(n.Body, "Its icon is in the panel") })
	if n.Summary != "Configurable Agents is running" || !strings.HasSuffix(n.Body, "Starting it again opens Dashboard.") {
		t.Errorf("the message is %+v", n)
	}
	p.kill(syscall.SIGKILL)
	u.launch("--start").ready()
	if urls := u.opened(); len(urls) != 1 {
		t.Errorf("after a kill it opened %q", urls[1:])
	}
}

// A start that starts nothing unasked, after two unclean ends, welcomes nobody: the page would start
// its service. The next one does.
func TestAFirstStartThatStartsNothing(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop().fresh()
	for range 2 {
		u.launch("--at-login").ready().kill(syscall.SIGKILL)
	}
	p := u.launch()
	u.Notifications.Wait(t.Context(), summary("Nothing was started"))
	p.Item().WaitLabel(t.Context(), "Start everything")
	if now := p.now(); slices.ContainsFunc(now.Services, func(s manager.Service) bool { return s.State != manager.Stopped }) {
		t.Errorf("it has started %+v", now.Services)
	}
	p.quit() // which waits for its messages
	if slices.ContainsFunc(u.Notifications.All(), summary("Configurable Agents is running")) || len(u.Browser.URLs()) > 0 {
		t.Errorf("it has opened %q", u.Browser.URLs())
	}
	u.launch().ready()
	u.opens(u.URL(u.Dashboard))
}

// A desktop may have a display and no session bus: then there is no icon, and the page is all that
// is seen of a double click.
func TestAFirstStartWithoutABus(t *testing.T) {
	t.Parallel()
	u := newUser(t).fresh()
	u.Browser = traytest.FakeBrowser(t)
	launch := func() *program {
		p := u.prepare()
		p.Env = append(p.Env, "DISPLAY=:78", "PATH="+u.Browser.Dir+":"+os.Getenv("PATH"))
		p.Start()
		return p.ready()
	}
	first := launch()
	u.opens(u.URL(u.Dashboard))
	first.quit()
	launch()
	if urls := u.opened(); len(urls) != 1 {
		t.Errorf("the second time it opened %q", urls[1:])
	}
}

// A first start without a page to open promises none.
func TestAFirstStartWithoutAnyPage(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{"C": "starts and stops the services and quits.", "de_DE.UTF-8": "startet die Dienste, hält sie an und beendet das Programm."} {
		u := newUser(t).withDesktop().fresh()
		u.WithServices("  worker: {command: sleep 601}\n")
		p := u.prepare()
		p.Env = append(p.Env, "LANG="+locale)
		p.Start()
		n := u.Notifications.Wait(t.Context(), func(traytest.Notification) bool { return true })
		if !strings.HasSuffix(n.Body, want) {
			t.Errorf("it says %q", n.Body)
		}
	}
}

// Nobody looks at a start at login, and in the terminal the addresses are printed: the first
// start on the desktop comes after them.
func TestAFirstStartThatNobodySees(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop().fresh()
	for _, args := range [][]string{{"ui"}, {"--at-login"}} {
		p := u.launch(args...).ready()
		p.quit()
	}
	if urls := u.Browser.URLs(); len(urls) != 0 {
		t.Errorf("it opened %q", urls)
	}
	u.launch().ready()
	u.opens(u.URL(u.Dashboard))
}

// The bus and the panel may stay when the user logs off; logind says that the session is over.
func TestTheSessionOnTheDesktopEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*traytest.Logind){"closing": (*traytest.Logind).LogOff, "gone": (*traytest.Logind).Forget} {
		t.Run(name, func(t *testing.T) {
			u := newUser(t).withDesktop()
			logind := u.withLogind()
			p := u.launch().ready()
			logind.WaitInhibited(t)
			end(logind)
			p.CleanEnd()
			u.endedBecause("The user logged off")
			u.NothingLeft()
		})
	}
}

// The form in the terminal goes on without the desktop.
func TestTheTerminalOutlivesTheSession(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	logind := u.withLogind()
	p := u.launch("ui").ready()
	logind.WaitInhibited(t)
	logind.LogOff()
	logind.PrepareForShutdown(true) // heard after it
	p.CleanEnd()
	u.endedBecause("The computer was shut down")
}

// A page appears where it was asked for, not where the icon is.
func TestASecondLaunchFromAnotherDesktop(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	second := u.Prepare()
	second.Env = append(second.Env, "DISPLAY=:78", "XAUTHORITY=/nowhere")
	if status := second.Start().End(); status != 0 {
		t.Fatalf("exit status %d: %s", status, second.Out.String())
	}
	u.Browser.Wait(t.Context())
	click(t, p.Item(), "Open Dashboard")
	u.Browser.Wait(t.Context())
	if got := u.Browser.Displays(); len(got) != 2 || got[0] != ":78" || got[1] != "" {
		t.Errorf("the browser was started on %q", got)
	}
}

// The system starts the program at login; where it runs already, as after a session that was
// restored, nobody has asked for a page.
func TestASecondLaunchAtLogin(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.launch().ready()
	second := u.launch("--at-login")
	if status := second.End(); status != 0 || second.Out.String()[:strings.Index(second.Out.String()+"\n", "\n")] != "Configurable Agents is running already." {
		t.Errorf("exit status %d: %s", status, second.Out.String())
	}
	if urls := u.opened(); len(urls) != 0 {
		t.Errorf("it opened %q", urls)
	}
}

// Whoever clicks often in vain gets one icon and one page.
func TestTwentyLaunchesAtOnce(t *testing.T) {
	t.Parallel()
	for name, warm := range map[string]bool{"cold": false, "warm": true} {
		t.Run(name, func(t *testing.T) {
			u := newUser(t).withDesktop()
			if warm {
				u.launch().ready()
			}
			programs := make([]*program, 20)
			for n := range programs {
				programs[n] = u.launch()
			}
			var all sync.WaitGroup
			ended := make(chan *program, len(programs))
			for _, p := range programs {
				all.Go(func() {
					if p.End() != 0 {
						t.Errorf("it ended with %s", p.Out.String())
					}
					ended <- p
				})
			}
			running := 1
			if warm {
				running = 0
			}
			for range len(programs) - running {
				if p := <-ended; !strings.Contains(p.Out.String(), "is running already") {
					t.Errorf("it says %q", p.Out.String())
				}
			}
			u.opens(u.URL(u.Dashboard))
			if urls := u.opened(); len(urls) != 1 {
				t.Errorf("it opened %q", urls)
			}
			u.Command("quit")
			all.Wait()
		})
	}
}

// Numbers, times and letters are the same whatever the language of the desktop.
func TestLanguages(t *testing.T) {
	t.Parallel()
	for locale, label := range map[string]string{
		"de_DE.UTF-8": "Dashboard öffnen", "C": "Open Dashboard", "tr_TR.UTF-8": "Open Dashboard", "ja_JP.UTF-8": "Open Dashboard",
	} {
		t.Run(locale, func(t *testing.T) {
			u := newUser(t).withDesktop()
			u.Language = locale
			p := u.launch().ready()
			item := p.Item()
			item.WaitLabel(t.Context(), label)
			p.Status("it answers", func(s control.Status) bool { return len(s.Services) == 2 })
			if out := u.Command("status"); !strings.Contains(out, "dashboard  ready") || !strings.Contains(out, u.URL(u.Chat)) {
				t.Errorf("status prints %q", out)
			}
			u.Command("do", "stop chat")
			u.Command("do", "quit")
			p.CleanEnd()
			if out := u.Command("sessions"); !strings.Contains(out, "quit by the user") {
				t.Errorf("sessions prints %q", out)
			}
		})
	}
}
