package tray

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"agents-tray/manager"
)

// a program that shows a model and notes what is wished.
type program struct {
	mu      sync.Mutex
	model   Model
	changed chan struct{}
	wished  chan Intent
}

func (p *program) Model() Model {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.model
}

func (p *program) set(m Model) {
	p.mu.Lock()
	p.model = m
	p.mu.Unlock()
	p.changed <- struct{}{}
}

func (p *program) Changes() (<-chan struct{}, func()) { return p.changed, func() {} }
func (p *program) Do(i Intent)                        { p.wished <- i }

func (p *program) await(t *testing.T, want Intent) {
	t.Helper()
	select {
	case got := <-p.wished:
		if got != want {
			t.Errorf("it wished %v, not %v", got, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("nobody wished %v", want)
	}
}

func (p *program) awaitNothing(t *testing.T) {
	t.Helper()
	select {
	case i := <-p.wished:
		t.Errorf("it wished %v", i)
	case <-time.After(100 * time.Millisecond):
	}
}

var running = Model{Snapshot: manager.Snapshot{Phase: manager.PhaseRunning, Services: []manager.Service{
	{Name: "dashboard", Title: "Dashboard", Open: true, State: manager.Ready},
	{Name: "rock", Title: "Rock & Roll", Open: true, State: manager.Ready},
}}}

// alone has a test run in a process of its own, as the library begins only once in one;
// it reports whether this is that process.
func alone(t *testing.T) bool {
	t.Helper()
	const name = "AGENTS_TRAY_TEST_ALONE"
	if os.Getenv(name) == t.Name() {
		return true
	}
	command := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.timeout=60s")
	command.Env = append(os.Environ(), name+"="+t.Name())
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
	return false
}

// startTray shows a running program on a taskbar.
func startTray(t *testing.T) (*program, *Tray) {
	t.Helper()
	desktop, err := Connect()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{model: running, changed: make(chan struct{}), wished: make(chan Intent, 10)}
	desktop.Answer(p.Do)
	tray := New(desktop, Model{Snapshot: manager.Snapshot{Phase: manager.PhaseStarting, Services: running.Services}}, func() {})
	go tray.Run()
	t.Cleanup(func() {
		tray.Quit()
		<-tray.ended
	})
	tray.Show(p)
	return p, tray
}

// happens tells the icon's window what the shell would.
func (b *taskbar) happens(t *testing.T, what uintptr) {
	t.Helper()
	post(t, wmIcon, iconNumber, what)
}

func post(t *testing.T, message, wParam, lParam uintptr) {
	t.Helper()
	postMessage.Call(iconWindow(t), message, wParam, lParam)
}

// everybody gets a message that is sent to this.
const everybody = uintptr(0xffff)

var postMessage = user32.NewProc("PostMessageW")

func iconWindow(t *testing.T) uintptr {
	t.Helper()
	window, _, _ := findWindow.Call(uintptr(unsafe.Pointer(windows.StringToUTF16Ptr(libraryClass))), 0)
	if window == 0 {
		t.Fatal("the icon has no window")
	}
	return window
}

func TestTheIconFollowsTheState(t *testing.T) {
	if !alone(t) {
		return
	}
	bar := startTaskbar(t, 0)
	p, _ := startTray(t)
	if first := bar.await(t, "the icon", shown); !strings.HasSuffix(first.tip(), "Starting…") || int(first.Width) != iconSize() {
		t.Errorf("the icon says %q, and is %d pixels wide instead of %d", first.tip(), first.Width, iconSize())
	}
	bar.await(t, "running", func(told told) bool { return told.what == nimModify && strings.HasSuffix(told.tip(), "Running") })
	paused := running
	paused.Paused = true
	p.set(paused)
	bar.await(t, "the pause", func(told told) bool { return told.what == nimModify && !strings.HasSuffix(told.tip(), "Running") })
}

// Explorer may be there, and too busy to take icons.
func TestAnIconThatIsRefusedIsTriedAgain(t *testing.T) {
	if !alone(t) {
		return
	}
	bar := startTaskbar(t, 3)
	desktop := &Desktop{}
	desktop.Notify(Notification{Summary: "Before there is an icon"})
	tray := New(desktop, running, func() {})
	go tray.Run()
	t.Cleanup(tray.Quit)
	for range 3 {
		bar.await(t, "an icon to refuse", func(told told) bool { return told.what == nimAdd && !told.done })
	}
	bar.await(t, "the icon", shown)
	bar.await(t, "the message", says("Before there is an icon"))
	bar.forget(2)
	sendMessage.Call(everybody, taskbarCreated(), 0, 0) // a new Explorer, no less busy
	bar.await(t, "the icon", shown)
}

// At log-on the program may be there before Explorer, and Explorer may be started again.
func TestTheIconComesToANewTaskbar(t *testing.T) {
	if !alone(t) {
		return
	}
	_, tray := startTray(t)
	bar := startTaskbar(t, 0)
	for range 3 {
		bar.forget(0)
		sendMessage.Call(everybody, taskbarCreated(), 0, 0)
		bar.await(t, "the icon", shown)
	}
	tray.Quit()
	bar.await(t, "its end", removed)
}

func TestQuitWhileTheTaskbarIsBusy(t *testing.T) {
	if !alone(t) {
		return
	}
	bar := startTaskbar(t, 1000)
	_, tray := startTray(t)
	bar.await(t, "an icon to refuse", func(told told) bool { return told.what == nimAdd && !told.done })
	tray.Quit()
	select {
	case <-tray.ended:
	case <-time.After(10 * time.Second):
		t.Error("it goes on")
	}
}

// The others are asked after this program whether they agree, and one may not.
func TestALogOffThatIsCalledOff(t *testing.T) {
	if !alone(t) {
		return
	}
	bar := startTaskbar(t, 0)
	p, _ := startTray(t)
	bar.await(t, "the icon", shown)
	sendMessage.Call(iconWindow(t), wmEndSession, 0, 0)
	paused := running
	paused.Paused = true
	p.set(paused)
	bar.await(t, "the pause", func(told told) bool {
		if told.what == nimDelete {
			t.Error("the icon was removed")
		}
		return shown(told) && strings.HasSuffix(told.tip(), "Paused")
	})
}

func TestClicks(t *testing.T) {
	if !alone(t) {
		return
	}
	bar := startTaskbar(t, 0)
	p, _ := startTray(t)
	bar.await(t, "the icon", shown)
	bar.happens(t, leftButtonUp)
	p.await(t, Intent{Verb: Open, Service: "dashboard"})
}

// What the shell tells of the icon.
const leftButtonUp, rightButtonUp = 0x0202, 0x0205

var (
	getMenuItemCount = user32.NewProc("GetMenuItemCount")
	getMenuString    = user32.NewProc("GetMenuStringW")
	getMenuState     = user32.NewProc("GetMenuState")
)

// shownMenu waits for the menu, and returns it.
func shownMenu(t *testing.T) uintptr {
	t.Helper()
	const menuClass, mnGetMenu = 0x8000, 0x01E1
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) { // nobody tells
		window, _, _ := findWindow.Call(menuClass, 0)
		if menu, _, _ := sendMessage.Call(window, mnGetMenu, 0, 0); window != 0 && menu != 0 {
			return menu
		}
	}
	t.Fatal("there is no menu")
	return 0
}

func labels(menu uintptr) (labels []string) {
	const byPosition = 0x0400
	count, _, _ := getMenuItemCount.Call(menu)
	for n := range count {
		text := make([]uint16, 200)
		getMenuString.Call(menu, n, uintptr(unsafe.Pointer(&text[0])), uintptr(len(text)), byPosition)
		labels = append(labels, windows.UTF16ToString(text))
	}
	return labels
}

func TestTheMenu(t *testing.T) {
	if !alone(t) {
		return
	}
	const keyDown, up, enter, escapeKey, grayed = 0x0100, 0x26, 0x0D, 0x1B, 0x0001
	bar := startTaskbar(t, 0)
	p, tray := startTray(t)
	bar.await(t, "running, when the menu is whole", func(told told) bool { return strings.HasSuffix(told.tip(), "Running") })
	bar.happens(t, rightButtonUp)
	menu := shownMenu(t)
	got := labels(menu)
	var want []string
	for _, item := range Menu(running) {
		if !item.Hidden {
			want = append(want, strings.ReplaceAll(item.Label, "&", "&&"))
		}
	}
	if !slices.Equal(got, want) || !slices.Contains(got, "Open Rock && Roll") {
		t.Errorf("the menu shows %q instead of %q", got, want)
	}
	if state, _, _ := getMenuState.Call(menu, 0, 0x0400); state&grayed == 0 {
		t.Error("how it stands looks as if it could be chosen")
	}
	post(t, keyDown, up, 0) // the last one
	post(t, keyDown, enter, 0)
	p.await(t, Intent{Verb: Quit})

	bar.happens(t, rightButtonUp)
	shownMenu(t)
	post(t, keyDown, escapeKey, 0)
	bar.happens(t, rightButtonUp) // another time
	shownMenu(t)
	p.awaitNothing(t)
	tray.Quit() // with the menu open
	bar.await(t, "the icon's end", removed)
}

func TestMessages(t *testing.T) {
	if !alone(t) {
		return
	}
	bar := startTaskbar(t, 0)
	p, tray := startTray(t)
	bar.await(t, "the icon", shown)
	review := Intent{Verb: Review}
	long := strings.Repeat("𝄞", 200)
	tray.desktop.Notify(Notification{Key: "first", Summary: "First"})
	bar.await(t, "the first message", func(told told) bool { return says("First")(told) && told.text() != "" })
	tray.desktop.Notify(Notification{Key: "second", Summary: "Second", Body: long, Urgent: true, Actions: []Action{
		{Label: "Review", Intent: review}, {Label: "Quit", Intent: Intent{Verb: Quit}},
	}})
	second := bar.await(t, "the second message", says("Second"))
	if text := second.text(); !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError) || !strings.Contains(text, "𝄞…𝄞") {
		t.Errorf("it is cut to %q", text)
	}
	if second.InfoFlags != niifWarning {
		t.Error("it does not look urgent")
	}
	tray.desktop.Withdraw("first") // it is not shown any more
	bar.happens(t, balloonUserClick)
	p.await(t, review)
	bar.happens(t, balloonUserClick) // one too many
	p.awaitNothing(t)

	tray.desktop.Notify(Notification{Key: "third", Summary: "Third", Actions: []Action{{Intent: review}}})
	bar.await(t, "the third message", says("Third"))
	tray.desktop.Withdraw("third")
	bar.await(t, "its end", func(told told) bool { return says("")(told) && told.text() == "" })
	bar.happens(t, balloonUserClick)
	p.awaitNothing(t)
}

// The taskbar's colour may be changed while the program runs.
func TestTheIconFollowsTheColourOfTheTaskbar(t *testing.T) {
	if !alone(t) {
		return
	}
	key, _, err := registry.CreateKey(registry.CURRENT_USER, themeKey, registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = key.DeleteValue(themeValue)
		key.Close()
	})
	choose := func(light uint32) {
		must(t, key.SetDWordValue(themeValue, light))
	}
	choose(0)
	bar := startTaskbar(t, 0)
	startTray(t)
	isRunning := func(told told) bool { return told.done && strings.HasSuffix(told.tip(), "Running") }
	dark := bar.await(t, "the icon", isRunning)
	choose(1)
	sendMessage.Call(iconWindow(t), wmSettingChange, 0, 0)
	light := bar.await(t, "the other one", isRunning)
	choose(0)
	sendMessage.Call(iconWindow(t), wmSettingChange, 0, 0)
	again := bar.await(t, "the first one", isRunning)
	if bytes.Equal(dark.picture, light.picture) || !bytes.Equal(dark.picture, again.picture) {
		t.Error("it does not follow")
	}
	sendMessage.Call(iconWindow(t), wmSettingChange, 0, 0)
	select {
	case told := <-bar.told:
		t.Errorf("nothing has changed, and the taskbar is told %d", told.what)
	case <-time.After(100 * time.Millisecond):
	}
}
