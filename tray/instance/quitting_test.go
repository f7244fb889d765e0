package instance

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// wisher records what a wish to quit brings about.
type wisher struct {
	quitting
	writing sync.Mutex
	log     []string
}

func newWisher() *wisher {
	w := &wisher{}
	note := func(format string, arguments ...any) {
		w.writing.Lock()
		defer w.writing.Unlock()
		w.log = append(w.log, fmt.Sprintf(format, arguments...))
	}
	w.end = func() { note("end") }
	w.over = func() { note("over") }
	w.changed = func() {}
	began := time.Now()
	w.asked = func(n int, deadline time.Time) { note("asked about %d until %v", n, deadline.Sub(began)) }
	w.decided = func(n int, deadline time.Time) { note("wait for %d until %v", n, deadline.Sub(began)) }
	return w
}

// Whatever the user answers or does not, the program ends or goes on as said, at the
// latest at the deadline that is shown.
func TestQuitWhileWorkflowsRun(t *testing.T) {
	two := []string{"Nightly report", "Import"}
	for name, test := range map[string]struct {
		do   func(*wisher)
		want []string
	}{
		"without workflows":    {func(w *wisher) { w.ask() }, []string{"over", "end"}},
		"stopped at once":      {func(w *wisher) { w.set(two); w.ask(); w.quit() }, []string{"asked about 2 until 2m0s", "over", "end"}},
		"cancelled":            {func(w *wisher) { w.set(two); w.ask(); w.cancel(); time.Sleep(time.Hour) }, []string{"asked about 2 until 2m0s", "over"}},
		"asked twice":          {func(w *wisher) { w.set(two); w.ask(); w.cancel(); w.ask(); w.cancel() }, []string{"asked about 2 until 2m0s", "over", "asked about 2 until 2m0s", "over"}},
		"finished in time":     {func(w *wisher) { w.set(two); w.ask(); w.finish(); w.set(two[:1]); w.set(nil) }, []string{"asked about 2 until 2m0s", "wait for 2 until 30m0s", "over", "end"}},
		"finished while asked": {func(w *wisher) { w.set(two); w.ask(); w.set(nil) }, []string{"asked about 2 until 2m0s", "over", "end"}},
		"never answered": {func(w *wisher) { w.set(two); w.ask(); time.Sleep(time.Hour) },
			[]string{"asked about 2 until 2m0s", "wait for 2 until 32m0s", "over", "end"}},
		"cancelled after the decision": {func(w *wisher) {
			w.set(two)
			w.ask()
			w.finish()
			w.cancel()
			w.set(nil)
			time.Sleep(time.Hour)
		},
			[]string{"asked about 2 until 2m0s", "wait for 2 until 30m0s", "over"}},
		"ended otherwise": {func(w *wisher) { w.set(two); w.ask(); w.close(); time.Sleep(time.Hour) }, []string{"asked about 2 until 2m0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWisher()
				test.do(w)
				synctest.Wait()
				if !slices.Equal(w.log, test.want) {
					t.Errorf("%q, want %q", w.log, test.want)
				}
				if _, wish := w.look(); wish != nil {
					t.Errorf("it still waits: %+v", wish)
				}
			})
		})
	}
}

// Whoever sees the wish gone, and no end, may say that it was taken back.
func TestTheWishLastsUntilTheEndIsKnown(t *testing.T) {
	w := newWisher()
	w.end = func() {
		if _, wish := w.look(); wish == nil {
			t.Error("the wish was forgotten before the end was asked for")
		}
	}
	w.set([]string{"Import"})
	w.ask()
	w.set(nil)
}

// What the menu shows while it waits.
func TestTheWishThatIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWisher()
		w.set([]string{"Import"})
		w.ask()
		if workflows, wish := w.look(); len(workflows) != 1 || wish == nil || wish.Decided || !wish.Deadline.Equal(time.Now().Add(questionTime)) {
			t.Errorf("asked: %v %+v", workflows, wish)
		}
		w.finish()
		if _, wish := w.look(); wish == nil || !wish.Decided || !wish.Deadline.Equal(time.Now().Add(finishTime)) {
			t.Errorf("decided: %+v", wish)
		}
		w.cancel()
	})
}
