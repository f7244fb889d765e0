package manager

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"agents-tray/manager/spec"
)

// waits returns the waits of a service that fails as soon as it is started, in ms without
// their random part, until it is given up or has failed so often.
func waits(restart spec.Restart, most int) (found []int, failing time.Duration) {
	policy := spec.ServiceSpec{Name: "s", Restart: restart}.WithDefaults().Restart
	var b backoff
	began := time.Now()
	for at := began; len(found) < most; {
		wait, again := b.next(policy, at, 0)
		if !again {
			return found, at.Sub(began)
		}
		at = at.Add(wait)
		ms := int(wait.Milliseconds())
		for _, whole := range []int{100, 200, 400, 500, 800, 1000, 2000, 4000, 8000, 16000, 30000} {
			if ms <= whole && ms >= whole-whole/10-1 {
				ms = whole
				break
			}
		}
		found = append(found, ms)
	}
	return found, -1
}

// With nothing in the file a service has about a minute: what it needs may be late. What the
// file says keeps its meaning.
func TestWaitsBetweenRestarts(t *testing.T) {
	for name, test := range map[string]struct {
		restart spec.Restart
		want    string
	}{
		"nothing in the file": {spec.Restart{}, "[0 1000 2000 4000 8000 16000 30000]"},
		"give_up":             {spec.Restart{GiveUp: 3}, "[0 1000]"},
		"never":               {spec.Restart{GiveUp: -1}, "[0 1000 2000 4000 8000 16000 30000 30000]"},
		"delay":               {spec.Restart{Delay: 50 * time.Millisecond, GiveUp: 5}, "[50 100 200 400]"},
		"max_delay":           {spec.Restart{MaxDelay: 500 * time.Millisecond, GiveUp: 5}, "[0 500 500 500]"},
	} {
		got, failing := waits(test.restart, 8)
		if fmt.Sprint(got) != test.want {
			t.Errorf("%s: waits %v, want %s", name, got, test.want)
		}
		if name == "nothing in the file" && (failing < 50*time.Second || failing > 70*time.Second) {
			t.Errorf("given up after %v", failing)
		}
	}
}

// A slow crash is no reason to give up sooner, nor one that took long to come.
func TestAServiceThatFailsRarelyIsNotGivenUp(t *testing.T) {
	policy := spec.ServiceSpec{Name: "s"}.WithDefaults().Restart
	var b backoff
	at := time.Now()
	for range leastExits - 1 {
		if _, again := b.next(policy, at, 0); !again {
			t.Error("given up before it failed five times")
		}
		at = at.Add(giveUpAfter)
	}
	if wait, again := b.next(policy, at, policy.GoodRun); wait != 0 || !again {
		t.Errorf("after a good run: wait %v, again %v", wait, again)
	}
}

// The probe asks quickly at first, then ever more rarely, and ends with its context.
func TestAwaitReadyBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began, tries, no := time.Now(), 0, errors.New("no")
		var last lastAnswer
		before := began
		err := awaitReady(ctx, &last, func(context.Context) error {
			late := time.Since(before) // that it answers, at most
			if waited := time.Since(began); late > max(50*time.Millisecond, waited/7) {
				t.Errorf("after %v, %v passed between two tries", waited, late)
			}
			before = time.Now()
			if tries++; tries == 4 && time.Since(began) != 14*time.Millisecond {
				t.Errorf("the fourth try came after %v", time.Since(began))
			}
			return no
		})
		if err != context.DeadlineExceeded || last.get() != no || time.Since(began) != 10*time.Second || tries > 60 {
			t.Errorf("%d tries in %v: %v", tries, time.Since(began), err)
		}
	})
}
