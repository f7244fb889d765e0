package tray

import (
	"crypto/rand"
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
)

const (
	applicationID = "arpa.home.agentstray"
	answersClass  = "AgentsTrayAnswers"
	answerScheme  = "agents-tray" // of the addresses that buttons open
)

// messages are toasts, with buttons, where Windows has them; else a balloon of the icon.
type messages struct {
	balloon balloon
	begin   sync.Once
	window  atomic.Pointer[window.Window] // of the thread that shows toasts and hears of their buttons
	ended   chan struct{}                 // with the thread
	do      func(Intent)

	// Of that thread.
	toasts toaster // nil: there are none
	sent   []sent
	count  int
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

// sent is a toast that may be there still.
type sent struct {
	key, tag string
	token    string // what the addresses of its buttons are made of, which nobody else knows
	actions  []Action
}

// answers has answers to messages carried out.
func (m *messages) answers(do func(Intent)) { m.do, m.balloon.do = do, do }

// show shows a message, as soon as it can be.
func (m *messages) show(n Notification) {
	m.begin.Do(m.start)
	m.post(func() {
		if m.toasts == nil || m.pop(n) != nil {
			m.balloon.show(n)
		}
	})
}

// withdraw takes the message of this key away.
func (m *messages) withdraw(key string) {
	m.post(func() {
		m.balloon.withdraw(key)
		m.remove(func(s sent) bool { return key != "" && s.key == key })
	})
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
		own, err := window.Open(answersClass, m.hear)
		if err == nil {
			own.HearText()
			m.window.Store(own)
		}
		close(opened)
		if err != nil {
			return
		}
		if toasts, err := openToaster(); err == nil {
			m.toasts = toasts
			defer toasts.Close()
		}
		own.Serve()
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
	own.Do(func() { m.remove(func(s sent) bool { return len(s.actions) > 0 }) })
	own.Post(window.Close)
	select {
	case <-m.ended:
	case <-time.After(time.Second): // Windows' notifications hang
	}
}

// pop shows a message as a toast.
func (m *messages) pop(n Notification) error {
	s := sent{key: n.Key, token: rand.Text(), actions: n.Actions}
	if i := slices.IndexFunc(m.sent, func(s sent) bool { return n.Key != "" && s.key == n.Key }); i >= 0 {
		s.tag = m.sent[i].tag
		m.sent = slices.Delete(m.sent, i, i+1)
	} else {
		m.count++
		s.tag = strconv.Itoa(m.count)
	}
	t := toast.Toast{Tag: s.tag, Title: n.Summary, Body: n.Body, Urgent: n.Urgent}
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
	m.sent = append(m.sent, s)
	return nil
}

// remove takes toasts back.
func (m *messages) remove(which func(sent) bool) {
	m.sent = slices.DeleteFunc(m.sent, func(s sent) bool {
		if !which(s) {
			return false
		}
		_ = m.toasts.Remove(s.tag) // what cannot be taken back stays
		return true
	})
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
	intent := m.sent[i].actions[button].Intent
	m.sent = slices.Delete(m.sent, i, i+1)
	return intent, true
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
	if err := os.MkdirAll(filepath.Dir(picture), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(picture, icons.App(), 0o600); err != nil {
		return err
	}
	return toast.Register(toast.Program{
		ID: applicationID, Name: Name, Picture: picture, Scheme: answerScheme, Command: []string{self, "answer", "--"},
	})
}
