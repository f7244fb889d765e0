package tray

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"agents-tray/tray/toast"
)

// A center stands for Windows' notifications, which wine lacks.
type center struct {
	mu       sync.Mutex
	toasts   []toast.Toast
	refuse   bool
	failures int // so many are refused first
	closed   bool
	told     chan struct{} // a value after each change
}

// Tests are told only by those who want it that there are toasts: on a real Windows there
// are, and what the tests are started as would become what their buttons start.
func init() {
	openToaster = func() (toaster, error) { return nil, errors.New("there are none in tests") }
}

func startCenter(t *testing.T) *center {
	c := &center{told: make(chan struct{}, 100)}
	before := openToaster
	openToaster = func() (toaster, error) { return c, nil }
	t.Cleanup(func() { openToaster = before })
	return c
}

func (c *center) Show(t toast.Toast) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuse || c.failures > 0 {
		c.failures--
		return errors.New("refused")
	}
	c.toasts = append(slices.DeleteFunc(c.toasts, func(o toast.Toast) bool { return o.Tag == t.Tag }), t)
	c.told <- struct{}{}
	return nil
}

func (c *center) Remove(tag string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.toasts = slices.DeleteFunc(c.toasts, func(o toast.Toast) bool { return o.Tag == tag })
	c.told <- struct{}{}
	return nil
}

func (c *center) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
}

// await waits until the titles of the toasts are these, and returns the last toast.
func (c *center) await(t *testing.T, titles ...string) toast.Toast {
	t.Helper()
	end := time.After(10 * time.Second)
	for {
		c.mu.Lock()
		var got []string
		var last toast.Toast
		for _, last = range c.toasts {
			got = append(got, last.Title)
		}
		c.mu.Unlock()
		if slices.Equal(got, titles) {
			return last
		}
		select {
		case <-c.told:
		case <-end:
			t.Fatalf("the toasts are %q, not %q", got, titles)
		}
	}
}

// startMessages returns a place for messages, and what is wished in it.
func startMessages(t *testing.T) (*Desktop, chan Intent) {
	desktop, err := Connect()
	if err != nil {
		t.Fatal(err)
	}
	wished := make(chan Intent, 10)
	desktop.Answer(func(i Intent) { wished <- i })
	t.Cleanup(desktop.Close)
	return desktop, wished
}

const pressed = "AGENTS_TRAY_TEST_PRESSED"

// press opens a button's address as Windows does, in another process, and reports whether
// it was known.
func press(t *testing.T, address string) bool {
	t.Helper()
	command := exec.Command(os.Args[0], "-test.run=^TestPressed$")
	command.Env = append(os.Environ(), pressed+"="+address)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return strings.Contains(string(output), "known: true")
}

// TestPressed is the process that press starts.
func TestPressed(t *testing.T) {
	if address := os.Getenv(pressed); address != "" {
		fmt.Println("known:", HandOver(address))
	}
}

func TestAButtonIsAnsweredOnce(t *testing.T) {
	center := startCenter(t)
	desktop, wished := startMessages(t)
	restart := Intent{Verb: Restart, Service: "chat"}
	desktop.Notify(Notification{Key: "trouble", Summary: "Chat keeps crashing", Body: "Exit 3", Urgent: true, Actions: []Action{
		{"Open log", Intent{Verb: ShowLog, Service: "chat"}}, {"Restart", restart}, {"Dismiss", Intent{}},
	}})
	shown := center.await(t, "Chat keeps crashing")
	if shown.Body != "Exit 3" || !shown.Urgent || shown.Click != shown.Buttons[0].Address || len(shown.Buttons) != 3 || shown.Buttons[2] != (toast.Button{Label: "Dismiss"}) {
		t.Errorf("it is %+v", shown)
	}
	for _, address := range []string{"", "agents-tray:", "agents-tray:guessed/1", shown.Buttons[1].Address + "0", strings.TrimSuffix(shown.Buttons[1].Address, "1") + "-1"} {
		if press(t, address) {
			t.Errorf("%q is known", address)
		}
	}
	if !press(t, shown.Buttons[1].Address) {
		t.Error("its button is not known")
	}
	if got := <-wished; got != restart {
		t.Errorf("it wished %v", got)
	}
	if press(t, shown.Buttons[0].Address) {
		t.Error("it is answered twice")
	}
	if len(wished) != 0 {
		t.Errorf("it wished %v, too", <-wished)
	}
}

func TestOneMessageAboutEachThing(t *testing.T) {
	center := startCenter(t)
	desktop, _ := startMessages(t)
	actions := []Action{{"Open log", Intent{Verb: ShowLog, Service: "chat"}}}
	desktop.Notify(Notification{Key: "trouble", Summary: "It fails", Actions: actions})
	old := center.await(t, "It fails")
	desktop.Notify(Notification{Key: "unclean", Summary: "It was killed"})
	desktop.Notify(Notification{Key: "trouble", Summary: "It fails again", Actions: actions})
	center.await(t, "It was killed", "It fails again")
	if press(t, old.Click) {
		t.Error("what was replaced is answered")
	}
	desktop.Notify(Notification{Summary: "About nothing"})
	desktop.Notify(Notification{Summary: "About nothing, too"})
	center.await(t, "It was killed", "It fails again", "About nothing", "About nothing, too")
	desktop.Withdraw("unclean")
	desktop.Withdraw("never shown")
	desktop.Withdraw("")
	center.await(t, "It fails again", "About nothing", "About nothing, too")
}

// What nobody would answer goes with the program; what it has said last stays.
func TestAnEndLeavesNoButtons(t *testing.T) {
	center := startCenter(t)
	desktop, _ := startMessages(t)
	desktop.Notify(Notification{Summary: "With a button", Actions: []Action{{"Review", Intent{Verb: Review}}}})
	desktop.Notify(Notification{Summary: "It cannot start"})
	desktop.Close()
	<-desktop.messages.ended
	center.await(t, "It cannot start")
	if !center.closed {
		t.Error("it was not closed")
	}
	desktop.Withdraw("nothing") // goes nowhere
}

// Windows refuses long ones, and what it has refused is not seen at all.
func TestALongMessageIsCut(t *testing.T) {
	center := startCenter(t)
	desktop, _ := startMessages(t)
	desktop.Notify(Notification{Key: "long", Summary: strings.Repeat("𝄞", 500), Body: strings.Repeat("&", 10000)})
	shown := center.await(t, strings.Repeat("𝄞", 63)+"…")
	if len(shown.Body) > 520 || !strings.HasSuffix(shown.Body, "&…") {
		t.Errorf("it has %d bytes", len(shown.Body))
	}
}

// At log-on what shows toasts may come after the program, and it may be started again.
func TestToastsMayComeLate(t *testing.T) {
	center := &center{told: make(chan struct{}, 100)}
	before := openToaster
	opened := make(chan error, 10)
	openToaster = func() (toaster, error) { return center, <-opened }
	t.Cleanup(func() { openToaster = before })
	desktop, _ := startMessages(t)
	opened <- errors.New("not yet")
	desktop.Notify(Notification{Summary: "A balloon"})
	opened <- nil
	desktop.Notify(Notification{Summary: "First"})
	center.await(t, "First")
	center.mu.Lock()
	center.failures = 1
	center.mu.Unlock()
	opened <- nil
	desktop.Notify(Notification{Key: "second", Summary: "Second", Actions: []Action{{"Review", Intent{Verb: Review}}}})
	center.await(t, "First", "Second")

	center.mu.Lock()
	center.failures = 1
	center.mu.Unlock()
	opened <- errors.New("gone")
	desktop.Notify(Notification{Summary: "Another balloon"})
	desktop.Withdraw("second") // and the end has nobody to tell
}

// Two instances and two sessions have one place for toasts.
func TestToastsOfOthersStay(t *testing.T) {
	center := startCenter(t)
	for range 2 {
		desktop, _ := startMessages(t)
		desktop.Notify(Notification{Key: "trouble", Summary: "It fails"})
		desktop.Notify(Notification{Summary: "It cannot start"})
		desktop.Close()
	}
	center.await(t, "It cannot start", "It fails", "It cannot start")
}

func TestAToastThatIsRefusedIsABalloon(t *testing.T) {
	if !alone(t) {
		return
	}
	center := startCenter(t)
	center.refuse = true
	bar := startTaskbar(t, 0)
	p, tray := startTray(t)
	bar.await(t, "the icon", shown)
	tray.desktop.Notify(Notification{Key: "a", Summary: "Refused", Actions: []Action{{"Review", Intent{Verb: Review}}}})
	bar.await(t, "the balloon", says("Refused"))
	bar.happens(t, balloonUserClick)
	p.await(t, Intent{Verb: Review})
}
