package tray

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"agents-tray/icons"
	"agents-tray/tray/traytest"
)

// someApp shows a model and notes what is asked for.
type someApp struct {
	mu      sync.Mutex
	model   Model
	changed chan struct{}
	asked   chan Intent
}

func newApp() *someApp {
	return &someApp{model: models()["running"], changed: make(chan struct{}, 1), asked: make(chan Intent, 16)}
}

func (a *someApp) Model() Model {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.model
}

func (a *someApp) Changes() (<-chan struct{}, func()) { return a.changed, func() {} }
func (a *someApp) Do(i Intent)                        { a.asked <- i }

func (a *someApp) set(m Model) {
	a.mu.Lock()
	a.model = m
	a.mu.Unlock()
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

// other is a process that shows a tray, as the library can do that once in a process. It
// takes lines: "again" lets go of the icon's connection to the bus, any other is the name
// of the model to show. What clicks ask for it writes, a line each.
type other struct {
	t     *testing.T
	pid   int
	lines io.Writer
	asked *bufio.Scanner
}

const otherVariable = "AGENTS_TRAY_TEST_TRAY"

func TestMain(m *testing.M) {
	if os.Getenv(otherVariable) != "" {
		os.Exit(beOther())
	}
	os.Exit(m.Run())
}

func beOther() int {
	app := newApp()
	desktop, err := Connect()
	if err != nil {
		return 1
	}
	desktop.Answer(app.Do)
	tray := New(desktop, models()["starting"], func() {})
	tray.Show(app)
	go func() {
		for i := range app.asked {
			if i.Verb != DesktopGone { // panels and buses leave all the time here
				fmt.Println(i)
			}
		}
	}()
	go func() {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			if lines.Text() != "again" {
				app.set(models()[lines.Text()])
			} else if icon, err := dbus.SessionBus(); err == nil {
				icon.Close()
			}
		}
		tray.Quit()
	}()
	tray.Run()
	desktop.Close()
	return 0
}

func startOther(t *testing.T, bus *traytest.Bus) *other {
	t.Helper()
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), otherVariable+"=1", busVariable+"="+bus.Address, "XDG_CACHE_HOME="+t.TempDir(),
		"GORACE=exitcode=0 atexit_sleep_ms=0") // the library races with itself; ours are looked for where the whole program is tried
	lines, err := program.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	asked, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	must(t, program.Start())
	t.Cleanup(func() {
		lines.Close()
		if err := program.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &other{t, program.Process.Pid, lines, bufio.NewScanner(asked)}
}

func (o *other) say(line string) {
	o.t.Helper()
	if _, err := fmt.Fprintln(o.lines, line); err != nil {
		o.t.Fatal(err)
	}
}

// At log-in panel and program start at the same moment, and the icon must be there each
// time. The library registers it before it listens for panels; without our own ear it is
// lost in some of a hundred.
func TestTheIconIsAlwaysThere(t *testing.T) {
	const tries = 1000
	bus := traytest.StartBus(t)
	tray := startOther(t, bus)
	host := bus.StartHost(t)
	host.WaitItem(t.Context(), tray.pid)
	for range tries {
		host.Close()
		tray.say("again")                        // its side starts again, as when the program starts
		time.Sleep(rand.N(6 * time.Millisecond)) // the panel comes at any moment of that
		host = bus.StartHost(t)
		ctx, cancel := context.WithTimeout(t.Context(), trayTime*2/3) // by then nothing else has helped
		host.WaitItem(ctx, tray.pid)
		cancel()
	}

	// And it is all there still: icon, words, and a menu that answers.
	item := host.WaitItem(t.Context(), tray.pid)
	for name, m := range models() {
		tray.say(name)
		shown := item.WaitProperties(t.Context(), func(p traytest.Properties) bool { return p.Title == Title(m) })
		if !shown.Shows(icons.Tray(iconState(m), icons.AnyPanel)) {
			t.Errorf("%s: another icon than %s", name, iconState(m))
		}
		if shown.ToolTip != Title(m) || shown.ID != itemIdentity {
			t.Errorf("%s: %+v", name, shown)
		}
		want := text(Menu(m), "")
		item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool { return menu.Text() == want })
	}
	tray.say("running")
	item.WaitLabel(t.Context(), "Running")
	must(t, item.Click("Services", "Chat", "Copy address"))
	if !tray.asked.Scan() || tray.asked.Text() != "copy chat" {
		t.Errorf("the click asks for %q", tray.asked.Text())
	}

	// What nobody could click is no click: the tests of the whole program rely on that.
	for want, path := range map[string][]string{
		`"Running" is disabled`: {"Running"}, `"Chat" opens a submenu`: {"Services", "Chat"}, `"Quit" has no submenu`: {"Quit", "Now"},
		`there is no entry "Mail"`: {"Services", "Mail"}, `"Stop now and quit" is hidden`: {"Stop now and quit"},
	} {
		if err := item.Click(path...); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("a click on %q: %v", path, err)
		}
	}

	// A panel that opens no menu on a click says that there was one.
	must(t, item.Activate())
	if !tray.asked.Scan() || tray.asked.Text() != "open dashboard" {
		t.Errorf("the click on the icon asks for %q", tray.asked.Text())
	}
}

// The menu follows services that come and go, and its entries answer for what they say.
func TestTheMenuFollowsOtherServices(t *testing.T) {
	bus := traytest.StartBus(t)
	tray := startOther(t, bus)
	item := bus.StartHost(t).WaitItem(t.Context(), tray.pid)
	for range 3 {
		for name, m := range models() {
			tray.say(name)
			want := text(Menu(m), "")
			item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool { return menu.Text() == want })
		}
	}
	tray.say("no-page")
	item.WaitLabel(t.Context(), "Services", "My_worker & co")
	must(t, item.Click("Services", "My_worker & co", "Restart"))
	if !tray.asked.Scan() || tray.asked.Text() != "restart worker" {
		t.Errorf("the click asks for %q", tray.asked.Text())
	}
}
