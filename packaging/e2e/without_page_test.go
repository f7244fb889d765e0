//go:build linux

package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/words"
	"agents-tray/tray/traytest"
)

// Where nothing that runs has a page, a second launch has none to open, and says so.
func TestASecondLaunchWithoutAnyPage(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.WithServices("  worker: {command: sleep 601}\n")
	u.launchExactly().ready()
	second := u.launchExactly()
	if second.End() != 0 || !strings.Contains(second.Out.String(), "is running already. It has no page to open; agents-tray menu lists") {
		t.Errorf("it ended with %d and says %q", second.ProcessState.ExitCode(), second.Out.String())
	}
	u.Notifications.Wait(t.Context(), summary("Configurable Agents is running"))
	if urls := u.Browser.URLs(); len(urls) != 0 {
		t.Errorf("it opened %q", urls)
	}
}

// On a desktop without icons nobody is sent to look for one.
func TestWithoutAnyPageNorIcon(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{"C": "This desktop shows no tray icons, and it has no page to open;", "de_DE.UTF-8": "Diese Oberfläche zeigt keine Symbole im Systembereich, und es hat keine Seite,"} {
		u := newUser(t).withDesktop()
		u.Panel.Close()
		u.WithServices("  worker: {command: sleep 601}\n")
		p := u.prepare()
		p.Env = append(p.Env, "LANG="+locale)
		p.Start()
		said := func(n traytest.Notification) bool { return strings.HasPrefix(n.Body, want) }
		u.Notifications.Wait(t.Context(), said)
		u.launchExactly().End()
		wait(t, patience, "the second launch to be told the same", func() bool {
			return len(slices.DeleteFunc(u.Notifications.All(), func(n traytest.Notification) bool { return !said(n) })) == 2
		})
	}
}

// The warning of an unexpected end is over once the user was shown what there is to know, not
// when it was asked for and nobody showed it.
func TestTheWarningLastsUntilItsFactsAreShown(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.WithServices("  worker: {command: sleep 601}\n")
	p := u.launchExactly().ready()
	must(t, p.Process.Kill())
	p.End()
	u.Notifications.Leave() // the desktop shows no messages
	p = u.launchExactly().ready()
	item := p.Item()
	warned := item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool { return warning(menu) != "" })
	click(t, item, warning(warned))
	if p.now().Unclean == nil {
		t.Error("it is taken for shown")
	}
	u.Notifications = u.Bus.StartNotifications(t)
	u.Notifications.Wait(t.Context(), func(n traytest.Notification) bool { return strings.Contains(n.Body, "agents-tray sessions show") })
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool { return warning(menu) == "" })
}

// That a service had to be killed is told with the time it had: in the menu, in its log and in
// the history.
func TestAServiceThatHadToBeKilledIsTold(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.WithServices(`  stubborn: {command: [sh, -c, "trap '' TERM; while :; do sleep 1; done"], stop: {timeout: 300ms}}` + "\n")
	p := u.launchExactly().ready()
	u.Command("do", "stop", "stubborn")
	stopped := p.Status("it has stopped", func(s control.Status) bool { return s.Services[0].State == manager.Stopped })
	grace := stopped.Services[0].LastExit.Grace // as long as it really had, which a busy machine makes longer
	if grace < 300*time.Millisecond {
		t.Errorf("it had %v", grace)
	}
	p.Item().WaitLabel(t.Context(), "Services", "stubborn", "Stopped; killed after "+words.English.Duration(grace))
	for command, told := range map[string]string{
		"logs stubborn": "and was killed", "sessions show": "did not stop within " + words.English.Duration(grace) + " and was killed",
	} {
		wait(t, patience, command+" to tell", func() bool { return strings.Contains(u.Command(strings.Fields(command)...), told) })
	}
}
