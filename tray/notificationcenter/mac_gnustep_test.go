//go:build gnustep

package notificationcenter

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"agents-tray/tray/notificationcenter/gnustep"
)

// answer is what somebody did about a message.
type answer struct {
	token  string
	button int
}

// open is a center for which the user has said so much, and what is answered to its messages.
func open(t *testing.T, p gnustep.Permission) (*Mac, <-chan answer) {
	t.Helper()
	gnustep.Reset(p)
	answers := make(chan answer, 16)
	m := new(Mac)
	m.Open(func(token string, button int) { answers <- answer{token, button} })
	return m, answers
}

func show(t *testing.T, m *Mac, message Message) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := m.Permit(ctx); err != nil {
		t.Fatal(err)
	}
	if err := m.Show(ctx, message); err != nil {
		t.Fatal(err)
	}
}

// press answers the message at a place, which must be taken.
func press(t *testing.T, place, action string) {
	t.Helper()
	if !gnustep.Press(place, action) {
		t.Errorf("nobody takes %s at %s", action, place)
	}
}

// expect is that there is one answer more, which was given before press returned.
func expect(t *testing.T, answers <-chan answer, want answer) {
	t.Helper()
	select {
	case got := <-answers:
		if got != want {
			t.Errorf("the answer is %+v, and should be %+v", got, want)
		}
	default:
		t.Errorf("there is no answer, and should be %+v", want)
	}
}

func delivered(t *testing.T, want ...gnustep.Shown) {
	t.Helper()
	got := gnustep.Look(t).Delivered
	if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("there is %+v\nand should be %+v", got, want)
	}
}

var crashing = Message{Place: "trouble", Token: "1", Title: "Chat keeps crashing", Body: "It ended.", Sound: true, Buttons: []string{"Open log", "Restart", "Dismiss"}}

func shown(m Message) gnustep.Shown {
	buttons := m.Buttons
	if buttons == nil {
		buttons = []string{}
	}
	return gnustep.Shown{Place: m.Place, Title: m.Title, Body: m.Body, Buttons: buttons, Sound: m.Sound}
}

// A message has its buttons from the first on, and says which was pressed. A click on it
// is its first.
func TestButtons(t *testing.T) {
	m, answers := open(t, gnustep.Granted)
	for action, want := range map[string]int{"0": 0, "1": 1, "2": 2, gnustep.Click: 0} {
		show(t, m, crashing)
		delivered(t, shown(crashing))
		press(t, crashing.Place, action)
		expect(t, answers, answer{"1", want})
		delivered(t)
	}
	show(t, m, crashing)
	press(t, crashing.Place, gnustep.Dismissal)
	show(t, m, Message{Place: "next", Token: "2", Title: "Next"})
	press(t, "next", gnustep.Click)
	expect(t, answers, answer{"2", 0}) // a dismissal is none
}

// Without buttons it is shown, too, before any that has some.
func TestAMessageWithoutButtons(t *testing.T) {
	m, answers := open(t, gnustep.Granted)
	plain := Message{Place: "p", Token: "1", Title: "Chat is running again"}
	show(t, m, plain)
	delivered(t, shown(plain))
	press(t, "p", gnustep.Click)
	expect(t, answers, answer{"1", 0})
}

// A later message at the same place takes its place, and has buttons of its own.
func TestReplacement(t *testing.T) {
	m, answers := open(t, gnustep.Granted)
	later := Message{Place: crashing.Place, Token: "2", Title: "Chat is running again", Buttons: []string{"Open"}}
	other := Message{Place: "other", Token: "3", Title: "Chat <b>&</b>"}
	show(t, m, crashing)
	show(t, m, other)
	show(t, m, later)
	delivered(t, shown(other), shown(later))
	press(t, later.Place, "0")
	expect(t, answers, answer{"2", 0})
}

// What is withdrawn goes, whether it is shown already or not yet.
func TestWithdrawal(t *testing.T) {
	m, _ := open(t, gnustep.Granted)
	other := Message{Place: "other ü", Token: "2", Title: "Other"}
	show(t, m, crashing)
	show(t, m, other)
	m.Withdraw(crashing.Place)
	delivered(t, shown(other))
	gnustep.Hold(true)
	show(t, m, crashing)
	if pending := gnustep.Look(t).Pending; len(pending) != 1 {
		t.Errorf("%+v is pending", pending)
	}
	m.Withdraw(crashing.Place)
	m.Withdraw(other.Place)
	m.Withdraw("nothing")
	m.Withdraw("")
	gnustep.Hold(false)
	delivered(t)
}

// Any text arrives as it is; what is not UTF-8 gets signs that say so.
func TestTexts(t *testing.T) {
	m, answers := open(t, gnustep.Granted)
	for text, want := range map[string]string{
		"Prüfung “äöü” – 実行 🚀":         "Prüfung “äöü” – 実行 🚀",
		"\"quotes\" \\ %@ %s <b>&amp;": "\"quotes\" \\ %@ %s <b>&amp;",
		"two\nlines\tand\u2028more":    "two\nlines\tand\u2028more",
		"broken \xff":                  "broken \ufffd",
		"":                             "",
	} {
		message := Message{Place: "p", Token: want, Title: text, Body: text, Buttons: []string{"[" + text + "]", text}}
		show(t, m, message)
		message.Title, message.Body, message.Buttons = want, want, []string{"[" + want + "]", want}
		delivered(t, shown(message))
		press(t, "p", "1")
		expect(t, answers, answer{want, 1})
	}
}

// The user is asked at the first message, once, and a refusal holds until the settings say
// otherwise.
func TestPermission(t *testing.T) {
	for _, granted := range []bool{true, false} {
		m, _ := open(t, gnustep.NotAsked)
		if asked := gnustep.Look(t).Asked; asked != 0 {
			t.Errorf("%d questions before there is a message", asked)
		}
		outcome := make(chan error, 1)
		go func() { outcome <- m.Permit(t.Context()) }()
		gnustep.AwaitQuestion(t)
		gnustep.Decide(granted)
		if err := <-outcome; granted && err != nil || !granted && !errors.Is(err, ErrRefused) {
			t.Errorf("after %t, it is %v", granted, err)
		}
		if err := m.Permit(t.Context()); granted && err != nil || !granted && !errors.Is(err, ErrRefused) {
			t.Errorf("long after %t, it is %v", granted, err)
		}
		gnustep.Permit(gnustep.Granted)
		if err := m.Permit(t.Context()); err != nil {
			t.Errorf("after a change of the settings, it is %v", err)
		}
		if asked := gnustep.Look(t).Asked; asked != 1 {
			t.Errorf("the user was asked %d times", asked)
		}
	}
}

// Whoever does not wait for the user's answer goes on; the answer that comes later harms nobody.
func TestAQuestionThatNobodyAnswersInTime(t *testing.T) {
	m, _ := open(t, gnustep.NotAsked)
	ctx, cancel := context.WithCancel(t.Context())
	outcome := make(chan error, 1)
	go func() { outcome <- m.Permit(ctx) }()
	gnustep.AwaitQuestion(t)
	cancel()
	if err := <-outcome; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	gnustep.Decide(true)
	show(t, m, crashing)
}

// Outside of a bundle the center would throw; it is not asked for.
func TestOutsideOfABundle(t *testing.T) {
	gnustep.Reset(gnustep.Granted)
	gnustep.Unbundle()
	m := new(Mac)
	m.Open(func(string, int) {})
	if err := m.Permit(t.Context()); !errors.Is(err, errNoBundle) {
		t.Error(err)
	}
	if err := m.Show(t.Context(), crashing); !errors.Is(err, errNoBundle) {
		t.Error(err)
	}
	m.Withdraw(crashing.Place)
}

// Errors and exceptions of the center come back as errors, and it works again afterwards.
func TestFaults(t *testing.T) {
	m, _ := open(t, gnustep.Granted)
	for fault, want := range map[gnustep.Fault]string{
		gnustep.Adding:   "the notification center: Notifications are not allowed for this application",
		gnustep.Throwing: "the notification center: as it was told to",
	} {
		gnustep.Fail(fault)
		if err := m.Show(t.Context(), crashing); fmt.Sprint(err) != want {
			t.Errorf("with fault %s it is %v", fault, err)
		}
	}
	gnustep.Permit(gnustep.NotAsked)
	gnustep.Fail(gnustep.Authorization)
	if err := m.Permit(t.Context()); err == nil || errors.Is(err, ErrRefused) {
		t.Errorf("a center that cannot ask says %v", err)
	}
	gnustep.Fail(gnustep.NoFault)
	gnustep.Permit(gnustep.Granted)
	show(t, m, crashing)
}

// While the program is in front, its messages are shown, too.
func TestInFront(t *testing.T) {
	m, _ := open(t, gnustep.Granted)
	gnustep.Front(true)
	show(t, m, crashing)
	want := shown(crashing)
	want.Presented = gnustep.Banner | gnustep.List | gnustep.Sound
	delivered(t, want)
}

// However many messages with buttons of their own there were, the sets of buttons that are
// kept are few, the same labels are one, and nothing else is kept.
func TestManyMessages(t *testing.T) {
	m, _ := open(t, gnustep.Granted)
	for i := range 1000 {
		show(t, m, Message{Place: "p", Token: fmt.Sprint(i), Title: "t", Buttons: []string{"Open", fmt.Sprint("Use port ", i%100)}})
	}
	state := gnustep.Look(t)
	if state.Categories > mostCategories || len(state.Delivered) != 1 || len(state.Delivered[0].Buttons) != 2 || state.Contents != 1 {
		t.Errorf("there is %+v", state)
	}
	if calls := len(callbacks.calls); calls != 0 {
		t.Errorf("%d calls are left", calls)
	}
	m, _ = open(t, gnustep.Granted)
	for range 1000 {
		show(t, m, crashing)
	}
	if got := gnustep.Look(t).Categories; got != 1 {
		t.Errorf("the same buttons are %d sets", got)
	}
}

// watched is the center, which says when it has shown a message.
type watched struct {
	*Mac
	shown chan error
}

func (w watched) Show(ctx context.Context, m Message) error {
	err := w.Mac.Show(ctx, m)
	w.shown <- err
	return err
}

// The outbox and the center together: the user is asked, the message is shown, its button
// does something, and the next one is withdrawn before the end.
func TestOutboxOnTheCenter(t *testing.T) {
	gnustep.Reset(gnustep.NotAsked)
	center := watched{new(Mac), make(chan error, 16)}
	o := NewOutbox(center, func(_ context.Context, title, _ string) { t.Errorf("%s is shown in the other way", title) })
	asked := make(chan string, 1)
	o.Show("trouble", "Chat keeps crashing", "It ended.", true, []Button{{Label: "Open log"}, {"Restart", func() { asked <- "Restart" }}})
	gnustep.AwaitQuestion(t)
	gnustep.Decide(true)
	if err := <-center.shown; err != nil {
		t.Fatal(err)
	}
	delivered(t, gnustep.Shown{Place: "trouble", Title: "Chat keeps crashing", Body: "It ended.", Sound: true, Buttons: []string{"Open log", "Restart"}})
	press(t, "trouble", "1")
	<-asked
	o.Show("trouble", "Chat is running again", "", false, nil)
	o.Show("", "Last words", "", false, nil)
	o.Withdraw("trouble")
	o.Close()
	if left := gnustep.Look(t).Delivered; len(left) != 1 || left[0].Title != "Last words" {
		t.Errorf("there is left %+v", left)
	}
}

// To who refuses messages none is shown, in no way; outside of a bundle all are, in the other.
func TestOutboxWithoutTheCenter(t *testing.T) {
	for name, want := range map[string][]string{"refused": nil, "no bundle": {"Chat"}} {
		gnustep.Reset(gnustep.Denied)
		if want != nil {
			gnustep.Unbundle()
		}
		var instead []string
		o := NewOutbox(new(Mac), func(_ context.Context, title, _ string) { instead = append(instead, title) })
		o.Show("trouble", "Chat", "", false, nil)
		o.Close()
		if !slices.Equal(instead, want) {
			t.Errorf("%s: shown in the other way is %q", name, instead)
		}
	}
}
