package notify

import (
	"context"
	"os/exec"
	"sync"
	"time"
)

const (
	// scriptTime is for osascript to take a message.
	scriptTime = 10 * time.Second
	// waitingScripts is how many messages may wait for their turn; more are dropped.
	waitingScripts = 16
	// closeTime is how long Close waits for messages that are not shown yet.
	closeTime = time.Second
)

// Script shows messages as the Script Editor's, which any program can: they have no
// buttons, cannot be taken away, and stay until the system removes them.
type Script struct {
	queue  chan Notification
	done   chan struct{}
	cancel context.CancelFunc
	close  sync.Once
}

// NewScript starts the goroutine that runs osascript; Close ends it.
func NewScript() *Script {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Script{queue: make(chan Notification, waitingScripts), done: make(chan struct{}), cancel: cancel}
	go func() {
		defer close(s.done)
		for n := range s.queue {
			show(ctx, n)
		}
	}()
	return s
}

func show(ctx context.Context, n Notification) {
	ctx, cancel := context.WithTimeout(ctx, scriptTime)
	defer cancel()
	const script = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"
	_ = exec.CommandContext(ctx, "/usr/bin/osascript", "-e", script, n.Summary, n.Body).Run() // an error: there is no desktop
}

// Notify shows a message. It must not be called after Close.
func (s *Script) Notify(n Notification) {
	select {
	case s.queue <- n:
	default:
	}
}

// Withdraw does nothing: messages of this kind cannot be taken away.
func (s *Script) Withdraw(string) {}

// OnAnswer does nothing: messages of this kind cannot be answered.
func (s *Script) OnAnswer(func(answer, token string)) {}

// Close waits for what is to be shown, for a second at most.
func (s *Script) Close() {
	s.close.Do(func() {
		close(s.queue)
		select {
		case <-s.done:
		case <-time.After(closeTime):
			s.cancel()
			<-s.done
		}
	})
}
