package instance

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/inspect"
	"agents-tray/tray/words"
)

// Status returns everything that the control API and the terminal show.
func (i *Instance) Status() control.Status {
	status := control.Status{
		Version: i.options.Version, PID: os.Getpid(), Started: i.started, Snapshot: i.manager.Snapshot(),
		Workflows: i.Workflows(), Platform: i.options.Database,
	}
	if names, request := i.quitting.look(); request != nil {
		status.Quitting = &control.Quitting{Workflows: len(names), Asked: !request.Decided, Decided: request.Decided, Deadline: request.Deadline}
	}
	review := i.Review() // before mu is locked: it takes the lock of the workflows, whose holder may take mu
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.reviewed {
		status.Unclean = review
	}
	status.Notices, status.Told, status.Asks = i.noticeTexts(words.English), i.noticeTexts(i.language), i.asks
	status.Offers = i.offers()
	return status
}

// Changes returns a channel that gets a value after each change of Status.
func (i *Instance) Changes() (<-chan struct{}, func()) { return i.changed.Watch() }

// Act starts, stops or restarts a service, but one that is only watched.
func (i *Instance) Act(service string, action control.Action) error {
	if s, _ := i.manager.Snapshot().Service(service); s.Watched {
		return i.refuse(http.StatusConflict, words.OnlyWatched, s.Title)
	}
	switch action {
	case control.Start:
		return i.manager.Start(service)
	case control.Stop:
		return i.manager.Stop(service)
	case control.Restart:
		return i.manager.Restart(service)
	}
	return fmt.Errorf("%q is not an action", action)
}

// refuse refuses a request, and says why in English and in the user's language.
func (i *Instance) refuse(status int, why words.Key, arguments ...any) error {
	return &control.Refused{Status: status, Message: words.English.Say(why, arguments...), Told: i.language.Say(why, arguments...)}
}

// LogFile returns the file of a service's output.
func (i *Instance) LogFile(service string) (string, error) {
	if _, ok := i.manager.Snapshot().Service(service); !ok {
		return "", manager.ErrUnknownService(service)
	}
	return filepath.Join(i.options.Folders.Logs(), service+".log"), nil
}

// Usage measures what a service uses.
func (i *Instance) Usage(ctx context.Context, service string) (inspect.Usage, error) {
	return i.manager.Usage(ctx, service)
}

// Review returns how the previous session ended, nil if cleanly.
func (i *Instance) Review() *control.Review { return i.work.inReview(i.review, i.platformDashboard()) }

// Reviewed marks the review as seen, and withdraws what reminds of it.
func (i *Instance) Reviewed() {
	i.markReviewed()
	i.withdraw(aboutUnclean)
}

func (i *Instance) markReviewed() {
	i.mu.Lock()
	i.reviewed = true
	i.mu.Unlock()
	i.changed.Tell()
}
