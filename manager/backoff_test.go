package manager

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"agents-tray/manager/spec"
)

func TestBackoff(t *testing.T) {
	policy := spec.ServiceSpec{Name: "s", Command: []string{"x"}, Restart: spec.Restart{
		MaxDelay: time.Second, GiveUp: 8,
	}}.WithDefaults()
	at := time.Unix(1e9, 0)
	var b backoff
	for n, want := range []time.Duration{0, 100, 200, 400, 800, 1000, 1000} { // ms
		want *= time.Millisecond
		wait, again := b.next(policy.Restart, at, 0)
		if !again || wait > want || wait < want-want/10 {
			t.Errorf("exit %d: wait %v, again %v; want about %v", n+1, wait, again, want)
		}
	}
	if _, again := b.next(policy.Restart, at, 0); again {
		t.Error("it does not give up at the eighth exit")
	}
	if wait, again := b.next(policy.Restart, at, policy.Restart.GoodRun); wait != 0 || !again {
		t.Errorf("after a good run: wait %v, again %v", wait, again)
	}
	if wait, again := b.next(policy.Restart, at.Add(policy.Restart.Window), 0); wait != 0 || !again {
		t.Errorf("after the window: wait %v, again %v", wait, again)
	}
}

// The probe asks quickly at first, then ever more rarely, and ends with its context.
func TestAwaitReadyBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began, tries, no := time.Now(), 0, errors.New("no")
		err := awaitReady(ctx, func(context.Context) error {
			if tries++; tries == 4 && time.Since(began) != 14*time.Millisecond {
				t.Errorf("the fourth try came after %v", time.Since(began))
			}
			return no
		})
		if !errors.Is(err, no) || time.Since(began) != 10*time.Second || tries > 60 {
			t.Errorf("%d tries in %v: %v", tries, time.Since(began), err)
		}
	})
}
