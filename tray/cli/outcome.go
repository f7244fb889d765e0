package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/words"
)

// steadyTime is how long a service that has no check must have run before its start is called
// one. supervisord has the same by default, as startsecs.
const steadyTime = time.Second

// waiting is the wait for what comes of an action on services.
type waiting struct {
	action   control.Action
	before   map[string]manager.Service // as they were when they were asked
	open     []string                   // whose outcome is not known
	failures []error
	out      io.Writer       // gets the outcomes
	notes    io.Writer       // gets what is worth knowing before
	noted    map[string]bool // services of which that was told
}

// await follows the services until the outcome of each is known. The error joins those of
// services that failed. When ctx ends, the error is ctx's.
func (w *waiting) await(ctx context.Context, client *control.Client) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	changes, ended := make(chan control.Status), make(chan error, 1)
	go func() {
		ended <- client.Watch(ctx, func(now control.Status) {
			select {
			case changes <- now:
			case <-ctx.Done():
			}
		})
	}()
	var now control.Status
	var steady <-chan time.Time // when the next service has run long enough
	for len(w.open) > 0 {
		select {
		case now = <-changes:
		case <-steady:
		case err := <-ended:
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("the instance ended before all services had answered: %w", err)
		}
		steady = w.look(now, time.Now())
	}
	return errors.Join(w.failures...)
}

// look tells what has come of services, and returns when to look again if nothing changes; nil:
// not before.
func (w *waiting) look(status control.Status, at time.Time) (again <-chan time.Time) {
	next := time.Duration(0)
	w.open = slices.DeleteFunc(w.open, func(name string) bool {
		service, known := status.Service(name)
		said, failure, done := outcome(w.action, w.before[name], service, status.Snapshot)
		left := steadyTime - at.Sub(service.Started)
		switch {
		case !known:
			return true
		case !done:
			w.note(service)
			return false
		case failure != nil:
			w.failures = append(w.failures, failure)
		case w.action != control.Stop && isUnproven(service) && left > 0:
			if next == 0 || left < next {
				next = left
			}
			return false
		default:
			fmt.Fprintf(w.out, "%s: %s\n", name, said)
		}
		return true
	})
	if next > 0 {
		again = time.After(next)
	}
	return again
}

// isUnproven reports whether a service counts as ready for no other reason than that it runs.
func isUnproven(s manager.Service) bool {
	return s.State == manager.Ready && !s.Watched && s.Ready.Equal(s.Started)
}

// note tells once that a service has ended and is started again: how that ends may take a
// minute.
func (w *waiting) note(now manager.Service) {
	if now.State == manager.BackingOff && now.LastExit != nil && !w.noted[now.Name] {
		w.noted[now.Name] = true
		fmt.Fprintf(w.notes, "%s: it %s, and is started again\n", now.Name, words.English.Exit(*now.LastExit))
	}
}

// outcome says what has come of an action on a service, one of all; done is false while that is
// open.
func outcome(action control.Action, before, now manager.Service, all manager.Snapshot) (said string, failure error, done bool) {
	if action == control.Stop {
		if !now.State.Idle() && !now.ByHand && !now.Leaving { // by somebody else
			return "", fmt.Errorf("%s was started meanwhile", now.Name), true
		}
		said = "stopped"
		if exit := now.LastExit; before.State.Live() && exit != nil && exit.KilledAtDeadline() {
			said += ": it " + words.English.Exit(*exit)
		}
		return said, nil, now.State.Idle()
	}
	switch now.State {
	case manager.Failed:
		return "", fmt.Errorf("%s: %s", now.Name, words.English.Report(now.Problem)), true
	case manager.Stopped: // by somebody else
		return "", fmt.Errorf("%s was stopped meanwhile", now.Name), true
	case manager.Completed:
		return "completed", nil, true
	case manager.Ready:
		if action == control.Restart && before.State.Live() && now.PID == before.PID && now.Started.Equal(before.Started) {
			return "", nil, false // it is still the process of before
		}
		if now.URL != "" {
			return "ready at " + now.URL, nil, true
		}
		return "ready", nil, true
	case manager.Waiting:
		return waitsInVain(now, all)
	case manager.BackingOff:
		if now.Settled && now.LastExit != nil {
			return "", fmt.Errorf("%s: it %s, and is started again and again", now.Name, words.English.Exit(*now.LastExit)), true
		}
	case manager.Starting:
		if now.Problem != nil { // it takes longer than expected, and is not ended for that
			return words.English.Report(now.Problem), nil, true
		}
	}
	return "", nil, false
}

// waitsInVain is the outcome for a service that waits for another, if that is not about to be ready.
func waitsInVain(s manager.Service, all manager.Snapshot) (said string, failure error, done bool) {
	at := slices.IndexFunc(all.Services, func(on manager.Service) bool { return on.Title == s.WaitsFor })
	if at < 0 || !s.Settled && (all.Services[at].State != manager.Starting || all.Services[at].Problem == nil) {
		return "", nil, false
	}
	switch on := all.Services[at]; {
	case on.Watched && on.Problem != nil:
		return "", fmt.Errorf("%s waits for %s: %s", s.Name, on.Title, words.English.Report(on.Problem)), true
	case on.State == manager.Waiting:
		return "waits for " + on.Title + ", which waits for " + on.WaitsFor, nil, true
	case on.State == manager.Starting:
		return "waits for " + on.Title + ", which is still starting", nil, true
	case on.State == manager.Failed && on.Problem != nil:
		return "", fmt.Errorf("%s waits for %s: %s", s.Name, on.Title, words.English.Report(on.Problem)), true
	default:
		return "", fmt.Errorf("%s waits for %s, which is %s: agents-tray start %s", s.Name, on.Title, on.State, on.Name), true
	}
}
