package dashboard

import (
	"slices"
	"sync"
	"time"

	"agents-tray/manager/control"
	"agents-tray/sessiondb/platform"
)

// figures are what runs in the platform, in numbers.
type figures struct {
	Now      platform.Overview
	Computer computer
}

// figuresOf reads them; nil without a database of the platform.
func figuresOf(status control.Status) *figures {
	if status.Platform == "" {
		return nil
	}
	return &figures{platform.Read(status.Platform, queryOf(status)), unmeasured}
}

// queryOf asks for all that the platform's database has, as seen by an instance.
func queryOf(status control.Status) platform.Query {
	since := status.Started
	if boot, err := platform.BootTime(); err == nil && boot.After(since) {
		since = boot
	}
	return platform.Query{Since: since, Now: time.Now(), Living: living(status)}
}

// living are the runs of the platform that the instance knows to be under way.
func living(status control.Status) (ids []string) {
	for _, w := range status.Workflows {
		if w.Source == platform.Source {
			ids = append(ids, w.ID)
		}
	}
	return ids
}

// relayHome sends the content of the home page, and the platform's figures as "figures" {html}:
// empty without a database or without the instance.
func (d *dashboard) relayHome(s *stream) {
	d.relayPlatform(s, s.relayStatus(), func(status control.Status, err error) <-chan time.Time {
		var shown *figures
		if err == nil {
			shown = figuresOf(status)
		}
		html := ""
		if shown != nil {
			if html, err = fragment("home", "figures", shown); err != nil {
				s.stop()
				return nil
			}
		}
		s.send("figures", pageEvent{HTML: html})
		if shown == nil {
			return nil
		}
		return dueAgain(shown.Now)
	})
}

// dueAgain says when to read again although nothing changes; nil: never.
func dueAgain(now platform.Overview) <-chan time.Time {
	switch {
	case now.Again:
		return time.After(retryLocked)
	case !now.Until.IsZero():
		return time.After(time.Until(now.Until))
	}
	return nil
}

// relayPlatform calls show with each status that matters to what the platform runs, after each
// change of its database, and when show has said; with the error when the instance does not
// answer. each is called with every status and error, and does not wait for the database.
func (d *dashboard) relayPlatform(s *stream, each func(*control.Status, error), show func(control.Status, error) (due <-chan time.Time)) {
	type answer struct {
		status control.Status
		err    error
	}
	answers := make(chan answer, 1) // the latest
	var watching sync.WaitGroup
	defer watching.Wait()
	watching.Go(func() {
		s.watch(d, func(status *control.Status, err error) {
			each(status, err)
			next := answer{err: err}
			if err == nil {
				next.status = *status
			}
			select {
			case <-answers: // it was not taken yet
			default:
			}
			answers <- next
		})
	})
	var status control.Status
	var changed <-chan struct{}
	leave := func() {}
	defer func() { leave() }()
	var due <-chan time.Time
	for {
		select {
		case <-s.ctx.Done():
			return
		case next := <-answers:
			if next.err != nil {
				leave()
				changed, leave = nil, func() {}
				status = control.Status{}
				due = show(status, next.err)
				continue
			}
			now := next.status
			if now.PID == status.PID && now.Platform == status.Platform && now.Started.Equal(status.Started) && slices.Equal(living(now), living(status)) {
				continue // nothing that is shown
			}
			leave()
			status = now
			changed, leave = d.followPlatform(status.Platform)
		case <-changed:
		case <-due:
		}
		due = show(status, nil)
	}
}
