package tray

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/adrg/xdg"

	"agents-tray/icons"
	"agents-tray/tray/toast"
	"agents-tray/tray/window"
	"agents-tray/tray/words"
)

const (
	applicationID = "arpa.home.agentstray"
	answersClass  = "AgentsTrayAnswers"
	answerScheme  = "agents-tray" // of the addresses that buttons open
	mostSent      = 32            // nobody tells of toasts that are gone
)

// messages are toasts, with buttons, where Windows has them; else a balloon of the icon.
type messages struct {
	balloon balloon
	begin   sync.Once
	window  atomic.Pointer[window.Window] // of the thread that shows toasts and hears of their buttons
	ended   chan struct{}                 // with the thread
	do      func(Intent)

	// Of that thread.
	toasts toaster // nil: none are shown yet, or can be
	sent   []sent
	latest time.Time // when one was shown
}

// toaster is what shows toasts.
type toaster interface {
	Show(toast.Toast) error
	Remove(tag string) error
	Close()
}

// openToaster returns it, for the thread that calls it.
var openToaster = func() (toaster, error) {
	if err := register(); err != nil {
		return nil, err
	}
	return toast.Open(applicationID)
}

const (
	endTime = 3 * time.Second // for what is still to be shown
	// lastTime is how long after its last toast the program lives: Windows 10 may not show
	// that of one that has ended already.
	lastTime = 200 * time.Millisecond
)

// sent is a toast with buttons that may be there still.
type sent struct {
	tag     string
	token   string // what the addresses of its buttons are made of, which nobody else knows
	actions []Action
}

// answers has answers to messages carried out.
func (m *messages) answers(do func(Intent)) { m.do, m.balloon.do = do, do }

// show shows a message, as soon as it can be.
func (m *messages) show(n Notification) {
	m.begin.Do(m.start)
	m.post(func() {
		if !m.toast(n) {
			m.balloon.show(n)
		}
	})
}

// withdraw takes the message of this key away.
func (m *messages) withdraw(key string) {
	m.post(func() {
		m.balloon.withdraw(key)
		if key != "" {
			m.remove(tag(key))
			m.sent = slices.DeleteFunc(m.sent, func(s sent) bool { return s.tag == tag(key) })
		}
	})
}

// remove takes a toast back. What cannot be taken back stays.
func (m *messages) remove(tag string) {
	if m.toasts != nil {
		_ = m.toasts.Remove(tag)
	}
}

// post has work done in the thread, or at once where there is none.
func (m *messages) post(work func()) {
	if window := m.window.Load(); window != nil {
		window.Do(work)
		return
	}
	work()
}

// start starts the thread, and returns when it hears of answers.
func (m *messages) start() {
	m.ended = make(chan struct{})
	opened := make(chan struct{})
	go func() {
		defer close(m.ended)
		runtime.LockOSThread() // a window belongs to a thread, and so do toasts
		own, err := window.OpenUnheard(answersClass, m.hear)
		if err == nil {
			own.HearText()
			m.window.Store(own)
		}
		close(opened)
		if err != nil {
			return
		}
		own.Serve()
		if m.toasts != nil {
			time.Sleep(lastTime - time.Since(m.latest)) // nothing tells that it is shown
			m.toasts.Close()
		}
	}()
	<-opened
}

// end takes back what nobody would answer any more, if that is soon done.
func (m *messages) end() {
	m.begin.Do(func() {}) // now it begins no more
	own := m.window.Load()
	if own == nil {
		return
	}
	own.Do(func() {
		for _, s := range m.sent {
			m.remove(s.tag)
		}
		m.sent = nil
	})
	own.Post(window.Close)
	select {
	case <-m.ended:
	case <-time.After(endTime): // Windows' notifications hang
	}
}

// toast shows a message as a toast, and reports whether that could be done.
func (m *messages) toast(n Notification) bool {
	for range 2 { // at log-on they may come after the program, and they may be started again
		if m.toasts == nil {
			toasts, err := openToaster()
			if err != nil {
				return false
			}
			m.toasts = toasts
		}
		if m.pop(n) == nil {
			return true
		}
		m.toasts.Close()
		m.toasts = nil
	}
	return false
}

// pop shows a message as a toast.
func (m *messages) pop(n Notification) error {
	s := sent{tag: tag(n.Key), token: rand.Text(), actions: n.Actions}
	// Windows refuses what is longer than 5,120 characters as a whole.
	t := toast.Toast{Tag: s.tag, Title: words.Fit(n.Summary, 128), Body: words.Fit(n.Body, 512), Urgent: n.Urgent}
	for i, action := range n.Actions {
		button := toast.Button{Label: action.Label}
		if action.Intent.Verb != Nothing {
			button.Address = fmt.Sprintf("%s:%s/%d", answerScheme, s.token, i)
		}
		t.Buttons = append(t.Buttons, button)
	}
	if len(t.Buttons) > 0 {
		t.Click = t.Buttons[0].Address
	}
	if err := m.toasts.Show(t); err != nil {
		return err
	}
	m.latest = time.Now()
	m.sent = slices.DeleteFunc(m.sent, func(before sent) bool { return before.tag == s.tag })
	if len(s.actions) > 0 {
		m.sent = append(m.sent[max(0, len(m.sent)-mostSent+1):], s)
	}
	return nil
}

// tag is that of the toast about a key, also of other sessions'; without a key it is one
// that no other toast has.
func tag(key string) string {
	if key == "" {
		return rand.Text()[:16]
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:8])
}

// hear hears of buttons.
func (m *messages) hear(_, message, _, lParam uintptr) (uintptr, bool) {
	address, ok := window.Text(message, lParam)
	if !ok {
		return 0, false
	}
	intent, ok := m.answered(address)
	if !ok {
		return 0, true
	}
	if intent.Verb != Nothing {
		m.do(intent)
	}
	return 1, true
}

// answered is what the button with this address asks for, once.
func (m *messages) answered(address string) (Intent, bool) {
	token, number, _ := strings.Cut(strings.TrimPrefix(address, answerScheme+":"), "/")
	i := slices.IndexFunc(m.sent, func(s sent) bool { return s.token == token })
	button, err := strconv.Atoi(number)
	if i < 0 || err != nil || button < 0 || button >= len(m.sent[i].actions) {
		return Intent{}, false
	}
	answered := m.sent[i]
	m.sent = slices.Delete(m.sent, i, i+1)
	m.post(func() { m.remove(answered.tag) }) // Windows may have left it there
	return answered.actions[button].Intent, true
}

// HandOver gives the address of a message's button to the instance that has shown it, and
// reports whether that still knew it.
func HandOver(address string) bool { return window.Tell(answersClass, address) }

// register makes Windows know this program, and what to start for its buttons.
func register() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	picture := filepath.Join(xdg.CacheHome, answerScheme, "message.png")
	if before, err := os.ReadFile(picture); err != nil || !bytes.Equal(before, icons.App()) {
		err := os.MkdirAll(filepath.Dir(picture), 0o700)
		if err == nil {
			err = os.WriteFile(picture, icons.App(), 0o600)
		}
		if err != nil {
			picture = "" // messages do without
		}
	}
	return toast.Register(toast.Program{
		ID: applicationID, Name: Name, Picture: picture, Scheme: answerScheme, Command: []string{self, "answer", "--"},
	})
}
