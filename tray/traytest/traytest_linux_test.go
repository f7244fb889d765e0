package traytest

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

func TestMenuAsAPersonSeesIt(t *testing.T) {
	t.Parallel()
	bus := StartBus(t)
	item := startItem(t, bus, bus.StartHost(t))
	want := `● Running (disabled)
─────
Open page
Services ▸
    Chat_bot ▸
        Restart
[ ] Start at login
Break
Notify
Quit
`
	if got := item.Text(); got != want {
		t.Errorf("the first look shows\n%s\nwant\n%s", got, want)
	}
}

func TestClickDoesWhatThePanelDoes(t *testing.T) {
	t.Parallel()
	bus := StartBus(t)
	item := startItem(t, bus, bus.StartHost(t))
	click(t, item, "Services", "Chat_bot", "Restart")
	item.WaitLabel(t.Context(), "◐ Starting…")

	for _, ticked := range []bool{true, false} {
		click(t, item, "Start at login")
		item.WaitMenu(t.Context(), func(menu MenuEntry) bool {
			box, found := menu.Find("Start at login")
			return found && box.Checked == ticked
		})
	}
	if err := item.Activate(); err != nil {
		t.Error(err)
	}
	item.WaitProperties(t.Context(), func(p Properties) bool { return p.ToolTip == "activated" })
}

func TestClickRefusesWhatNobodyCouldClick(t *testing.T) {
	t.Parallel()
	bus := StartBus(t)
	item := startItem(t, bus, bus.StartHost(t))
	for _, c := range []struct {
		path []string
		want string
	}{
		{[]string{"● Running"}, `"● Running" is disabled`},
		{[]string{"Review"}, `"Review" is hidden`},
		{[]string{"Services", "Chat_bot"}, `"Chat_bot" opens a submenu`},
		{[]string{"Quit", "Now"}, `"Quit" has no submenu`},
		{[]string{"Services", "Mail"}, "there is no entry \"Mail\" in\nChat_bot ▸\n    Restart\n"},
		{nil, "no entry to click was given"},
	} {
		if err := item.Click(c.path...); err == nil || err.Error() != c.want {
			t.Errorf("click on %q: %v, want %s", c.path, err, c.want)
		}
	}
}

func TestIconTitleAndToolTip(t *testing.T) {
	t.Parallel()
	bus := StartBus(t)
	item := startItem(t, bus, bus.StartHost(t))
	p := item.Properties()
	if p.ID != "Traytest" || p.Title != "Traytest" || p.ToolTip != "all is well" || p.Status != "Active" || p.ItemIsMenu {
		t.Errorf("properties %+v", p)
	}
	if !p.Shows(square(green)) || p.Shows(square(red)) {
		t.Error("the icon is not the green square")
	}
	click(t, item, "Break")
	p = item.WaitProperties(t.Context(), func(p Properties) bool { return p.Title == "Traytest: broken" })
	if !p.Shows(square(red)) || p.ID != "Traytest" {
		t.Errorf("after the change: %+v", p)
	}
}

func TestPanelGoesAndComesBack(t *testing.T) {
	t.Parallel()
	bus := StartBus(t)
	panel := bus.StartHost(t)
	program := startProgram(t, bus)
	before := time.Now()
	for range 3 {
		item := panel.WaitItem(t.Context(), program.Process.Pid)
		if times := item.Registrations(); len(times) == 0 || times[0].Before(before.Add(-time.Minute)) {
			t.Errorf("registered at %v", times)
		}
		panel.Close()
		item.WaitGone(t.Context())
		panel = bus.StartHost(t)
	}
	panel.WaitItem(t.Context(), program.Process.Pid)
}

func TestPanelTellsProgramsByTheirProcess(t *testing.T) {
	t.Parallel()
	bus := StartBus(t)
	panel := bus.StartHost(t)
	one, two := startItem(t, bus, panel), startItem(t, bus, panel)
	click(t, one, "Break")
	one.WaitProperties(t.Context(), func(p Properties) bool { return p.Title == "Traytest: broken" })
	if p := two.Properties(); p.Title != "Traytest" {
		t.Errorf("the click also reached the other program: %+v", p)
	}
	var listed []string
	property, err := bus.Connect(t).Object(watcherName, watcherPath).GetProperty(watcherName + ".RegisteredStatusNotifierItems")
	if err == nil {
		err = property.Store(&listed)
	}
	if err != nil || len(listed) != 2 {
		t.Errorf("other programs see the items %q, %v", listed, err)
	}
}

func TestQuitTakesTheIconAway(t *testing.T) {
	t.Parallel()
	bus := StartBus(t)
	item := startItem(t, bus, bus.StartHost(t))
	click(t, item, "Quit")
	item.WaitGone(t.Context())
	if err := item.Click("Quit"); err == nil || !strings.Contains(err.Error(), "has left the bus") {
		t.Errorf("click on a program that is gone: %v", err)
	}
}

func TestBusDiesAndComesBack(t *testing.T) {
	t.Parallel()
	bus := StartBus(t)
	item := startItem(t, bus, bus.StartHost(t))
	conn := bus.Connect(t)
	bus.Stop()
	item.WaitGone(t.Context())
	<-conn.Context().Done()
	if late, err := dbus.Connect(bus.Address); err == nil {
		late.Close()
		t.Error("a stopped bus answers")
	}
	bus.Restart()
	startItem(t, bus, bus.StartHost(t))
}

func TestBusStartsNothingByItself(t *testing.T) {
	t.Parallel()
	err := StartBus(t).Connect(t).Object(notificationsName, notificationsPath).
		Call(notificationsName+".GetCapabilities", 0).Err
	if err == nil || !strings.Contains(err.Error(), "not provided") {
		t.Errorf("a notification server nobody started answers: %v", err)
	}
}

func TestNotificationIsSeenAndAnswered(t *testing.T) {
	t.Parallel()
	bus := StartBus(t)
	notifications := bus.StartNotifications(t)
	item := startItem(t, bus, bus.StartHost(t))
	click(t, item, "Notify")
	shown := notifications.Wait(t.Context(), func(n Notification) bool { return n.Summary == "Chat stopped" })
	if shown.ID == 0 || shown.App != "traytest" || shown.Body != "Start it again?" || shown.Expire != -1 ||
		!slices.Equal(shown.Actions, []string{"yes", "Start", "no", "Leave it"}) || shown.Hints["urgency"].Value() != byte(2) {
		t.Errorf("notification %+v", shown)
	}
	notifications.Invoke(shown.ID, "yes")
	item.WaitLabel(t.Context(), "Answer: yes")
	notifications.WaitClosed(t.Context(), shown.ID)

	click(t, item, "Answer: yes")
	second := notifications.Wait(t.Context(), func(n Notification) bool { return n.ID != shown.ID })
	notifications.Close(second.ID, Dismissed)
	item.WaitLabel(t.Context(), "Answer: none")
	if all := notifications.All(); len(all) != 2 {
		t.Errorf("%d notifications, want 2: %+v", len(all), all)
	}
}

func TestNotificationReplacedAndWithdrawn(t *testing.T) {
	t.Parallel()
	bus := StartBus(t)
	notifications := bus.StartNotifications(t, "body")
	server := bus.Connect(t).Object(notificationsName, notificationsPath)
	notify := func(replaces uint32) (id uint32) {
		t.Helper()
		err := server.Call(notificationsName+".Notify", 0, "app", replaces, "", "hello", "", []string{},
			map[string]dbus.Variant{}, int32(0)).Store(&id)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	first := notify(0)
	if again := notify(first); again != first {
		t.Errorf("the replacement of %d is %d", first, again)
	}
	if other := notify(0); other == first {
		t.Errorf("two notifications are %d", first)
	}
	if err := server.Call(notificationsName+".CloseNotification", 0, first).Err; err != nil {
		t.Fatal(err)
	}
	notifications.WaitClosed(t.Context(), first)
	var capabilities []string
	if err := server.Call(notificationsName+".GetCapabilities", 0).Store(&capabilities); err != nil || !slices.Equal(capabilities, []string{"body"}) {
		t.Errorf("capabilities %q, %v", capabilities, err)
	}
}

func TestBrowserIsOpenedOnce(t *testing.T) {
	t.Parallel()
	bus := StartBus(t)
	browser := FakeBrowser(t)
	program := startProgram(t, bus, "PATH="+browser.Dir)
	item := bus.StartHost(t).WaitItem(t.Context(), program.Process.Pid)
	const page = "http://127.0.0.1:7861/?ticket=a b&x=1#top"
	for range 2 {
		click(t, item, "Open page")
		if got := browser.Wait(t.Context()); got != page {
			t.Errorf("opened %q, want %q", got, page)
		}
	}
	click(t, item, "Quit")
	item.WaitGone(t.Context())
	if urls := browser.URLs(); !slices.Equal(urls, []string{page, page}) {
		t.Errorf("opened %q", urls)
	}
}

func TestWaitsEndAndSayWhatWasThere(t *testing.T) {
	t.Parallel()
	bus := StartBus(t)
	watched := &watchedTest{TB: t}
	panel := bus.StartHost(watched)
	item := startItem(t, bus, panel)
	item.WaitLabel(t.Context(), "Quit")
	notifications := bus.StartNotifications(watched)
	browser := FakeBrowser(watched)
	for _, c := range []struct {
		want string
		wait func(context.Context)
	}{
		{`wait for ["No such entry"] in the menu: context deadline exceeded; it was` + "\n● Running (disabled)\n",
			func(ctx context.Context) { item.WaitLabel(ctx, "No such entry") }},
		{"wait for the menu: context deadline exceeded; it was\n● Running (disabled)\n",
			func(ctx context.Context) { item.WaitMenu(ctx, func(MenuEntry) bool { return false }) }},
		{`context deadline exceeded; it has title "Traytest", tooltip "all is well", status "Active"`,
			func(ctx context.Context) { item.WaitProperties(ctx, func(Properties) bool { return false }) }},
		{"wait for the tray icon to go: context deadline exceeded", item.WaitGone},
		{"wait for the tray icon of process -1: context deadline exceeded; registered: [:",
			func(ctx context.Context) { panel.WaitItem(ctx, -1) }},
		{"wait for a notification: context deadline exceeded; there were none",
			func(ctx context.Context) { notifications.Wait(ctx, func(Notification) bool { return true }) }},
		{"wait for notification 1 to be closed: context deadline exceeded",
			func(ctx context.Context) { notifications.WaitClosed(ctx, 1) }},
		{`notification 1 cannot be answered with "ok"`,
			func(context.Context) { notifications.Invoke(1, "ok") }},
		{"wait for the browser to be opened: context deadline exceeded; it has opened []",
			func(ctx context.Context) { browser.Wait(ctx) }},
	} {
		soon, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		if said := watched.run(func() { c.wait(soon) }); !strings.Contains(said, c.want) {
			t.Errorf("said %q, want %q", said, c.want)
		}
		cancel()
	}
}

func TestWaitFailsAtOnceWhenTheProgramDies(t *testing.T) {
	t.Parallel()
	bus := StartBus(t)
	watched := &watchedTest{TB: t}
	panel := bus.StartHost(watched)
	program := startProgram(t, bus)
	item := panel.WaitItem(t.Context(), program.Process.Pid)
	start := time.Now()
	said := watched.run(func() {
		item.WaitMenu(t.Context(), func(MenuEntry) bool {
			_ = program.Process.Kill()
			return false
		})
	})
	if !strings.Contains(said, "its program has left the bus; it was\n● Running") || time.Since(start) > patience/2 {
		t.Errorf("said %q after %v", said, time.Since(start))
	}
}

func TestNeed(t *testing.T) {
	watched := &watchedTest{TB: t}
	if said := watched.run(func() { Need(watched, "no-such-program") }); !strings.HasPrefix(said, "skipped: no-such-program is not installed") {
		t.Errorf("said %q", said)
	}
	if path := Need(t, "sh"); !strings.HasSuffix(path, "/sh") {
		t.Errorf("sh is %q", path)
	}
}

// A test binary that is killed, as go test does at its time limit, leaves no bus behind.
func TestBusDiesWithTheTest(t *testing.T) {
	t.Parallel()
	const variable = "TRAYTEST_WAIT_TO_BE_KILLED"
	if os.Getenv(variable) != "" {
		fmt.Println(StartBus(t).Address)
		select {}
	}
	victim := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	victim.Env = append(os.Environ(), variable+"=1", "TMPDIR="+t.TempDir())
	output, err := victim.StdoutPipe()
	if err == nil {
		err = victim.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	address, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	conn, err := dbus.Connect(strings.TrimSpace(address))
	if err != nil {
		t.Fatal(err)
	}
	_ = victim.Process.Kill()
	_ = victim.Wait()
	select {
	case <-conn.Context().Done():
	case <-time.After(patience):
		t.Error("the bus outlives the test that started it")
	}
}

func startItem(t *testing.T, bus *Bus, panel *Host) *Item {
	t.Helper()
	return panel.WaitItem(t.Context(), startProgram(t, bus).Process.Pid)
}

func click(t *testing.T, item *Item, path ...string) {
	t.Helper()
	if err := item.Click(path...); err != nil {
		t.Fatal(err)
	}
}

// watchedTest is a test whose failures are what is tested.
type watchedTest struct {
	testing.TB
	said string
}

func (w *watchedTest) Fatalf(format string, args ...any) { w.stop("failed: ", format, args) }
func (w *watchedTest) Skipf(format string, args ...any)  { w.stop("skipped: ", format, args) }

// run returns what the test is told while it runs wait.
func (w *watchedTest) run(wait func()) string {
	w.said = ""
	done := make(chan struct{})
	go func() {
		defer close(done)
		wait()
	}()
	<-done
	return w.said
}

func (w *watchedTest) stop(how, format string, args []any) {
	w.said = how + fmt.Sprintf(format, args...)
	runtime.Goexit()
}
