package control

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/inspect"
)

// watched is an instance with one service that runs and one that does not.
type watched struct {
	instance
	measured int
}

func (w *watched) Status() Status {
	return Status{Snapshot: manager.Snapshot{Services: []manager.Service{{Name: "chat", PID: 7}, {Name: "idle"}}}}
}

func (w *watched) Usage(_ context.Context, service string) (inspect.Usage, error) {
	if service != "chat" {
		return inspect.Usage{}, errors.New("it does not run")
	}
	w.measured++
	return inspect.Usage{Processes: w.measured}, nil
}

func TestUsageIsMeasuredOnlyWhileSomebodyLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var w watched
		var seen []int
		begin := time.Now()
		err := (&sampler{instance: &w}).watch(ctx, func(u Usages) error {
			seen = append(seen, u["chat"].Processes)
			if _, there := u["idle"]; there {
				t.Error("what does not run uses something")
			}
			if len(seen) == 3 {
				cancel()
			}
			return nil
		})
		if took := time.Since(begin); took != 2*usagePeriod || !errors.Is(err, context.Canceled) || !slices.Equal(seen, []int{1, 2, 3}) {
			t.Errorf("saw %v in %v: %v", seen, took, err)
		}
		time.Sleep(time.Hour)
		if w.measured != 3 {
			t.Errorf("measured %d times", w.measured)
		}
	})
}

// Each reader once had measurements of its own: 126 pages took as many process lists.
func TestReadersShareTheMeasurements(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w watched
		s := sampler{instance: &w}
		ctx, cancel := context.WithTimeout(t.Context(), 3*usagePeriod+time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				seen := 0
				_ = s.watch(ctx, func(Usages) error { seen++; return nil }) // ends with ctx
				if seen != 4 {
					t.Errorf("a reader saw %d samples", seen)
				}
			})
		}
		wg.Wait()
		if w.measured != 4 {
			t.Errorf("measured %d times for 50 readers", w.measured)
		}
		again, stop := context.WithCancel(t.Context())
		_ = s.watch(again, func(Usages) error { stop(); return nil })
		if w.measured != 5 {
			t.Errorf("a later reader got what was measured before: %d", w.measured)
		}
	})
}

// A reader that leaves ends it, through the server too.
func TestUsageThroughTheServer(t *testing.T) {
	i := &instance{log: t.TempDir()}
	client := NewClient(serve(t, i, t.TempDir()))
	if usage, err := client.Usage(t.Context(), "chat"); err != nil || usage.Memory != 1<<20 {
		t.Errorf("%+v, %v", usage, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := client.WatchUsage(ctx, func(u Usages) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if !slices.Equal(i.asked, []string{"usage"}) { // its only service has no process
		t.Errorf("asked %v", i.asked)
	}
}
