package control

import (
	"context"
	"errors"
	"slices"
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
		err := watchUsage(ctx, &w, func(u Usages) error {
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
