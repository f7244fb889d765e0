package instance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"agents-tray/sessiondb"
	"agents-tray/tray"
	"agents-tray/tray/poweroff"
	"agents-tray/tray/words"
)

// QuitAsked is closed when the user has asked to quit, in the menu or elsewhere.
func (i *Instance) QuitAsked() <-chan struct{} { return i.quit }

// Quit asks for the end on behalf of the user.
func (i *Instance) Quit() { i.QuitBecause(ByUser) }

// Reasons for an end, as the record keeps them.
const (
	ByUser     = "Quit by the user"
	BySignal   = "Stopped by a signal"
	ByLogOff   = "The user logged off"
	ByShutdown = "The computer was shut down"
	ByFailure  = "A service could not start" // in the terminal form, which then has nothing to do
)

// ErrQuit, as the cause of the end of Begin's context, says that the user asks to quit.
var ErrQuit = errors.New("quit by the user")

// goingDown maps the system's announcements to reasons.
var goingDown = map[poweroff.Why]string{poweroff.Shutdown: ByShutdown, poweroff.LogOff: ByLogOff}

// shutdownTime is the time for services to stop when the computer goes down: logind waits 5 s
// by default, and the record has to be written, too.
const shutdownTime = 4 * time.Second

// QuitBecause asks for the end. Only the first reason is kept.
func (i *Instance) QuitBecause(reason string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.asked {
		i.asked, i.reason = true, reason
		close(i.quit)
	}
}

// QuitOnSignal asks for the end because of a signal, which may be the log-off's.
func (i *Instance) QuitOnSignal() {
	reason := BySignal
	if power := i.power.Load(); power != nil && power.LoggingOff() {
		reason = ByLogOff
	}
	i.QuitBecause(reason)
}

// watchPower asks for the end when the computer is about to go down. The end does not wait
// for a bus that hangs.
func (i *Instance) watchPower() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	began := make(chan *poweroff.Watch, 1)
	go func() { began <- poweroff.Begin(ctx, tray.Name, "Stops its services") }()
	select {
	case power := <-began:
		i.power.Store(power)
		over := power.SessionOver()
		if i.options.OutlivesSession {
			over = nil
		}
		select {
		case why := <-power.Going():
			i.QuitBecause(goingDown[why])
		case <-over:
			i.QuitBecause(ByLogOff)
		case <-i.quit:
		}
	case <-i.quit:
	}
}

// ending reports whether the end has been asked for.
func (i *Instance) ending() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked
}

// End stops everything in order. When every process is confirmed gone it records a clean end
// and releases the lock. When ctx ends, what is left is killed at once. The error tells of
// processes that could not be ended, or of a record that could not be written.
func (i *Instance) End(ctx context.Context) error {
	i.QuitBecause(BySignal) // unless it was asked for already
	i.quitting.close()
	i.announcer.close()
	if i.reason == ByShutdown || i.reason == ByLogOff {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, shutdownTime)
		defer cancel()
	}
	err := i.manager.Shutdown(ctx)
	if err != nil {
		err = i.tellLeft(err)
	}
	i.browse.close()
	i.stopRecording()
	i.server.Close()
	i.wg.Wait()
	for _, file := range []string{i.options.Folders.Control(), i.options.Folders.SpareControl()} {
		_ = os.Remove(file) // only one of them is there
	}
	told := "this session will be reported as ended unexpectedly"
	if err == nil {
		if err = i.record.End(i.reason); err != nil && i.writeCleanExit(i.reason, err) {
			told = "this session ended as it should, which its next start will know, but what happened last could not be recorded"
		}
	}
	if closed := i.record.Close(); err == nil {
		err = closed
	}
	i.manager.Close()
	_ = os.Remove(i.options.Folders.Crash()) // empty: there was no crash
	if err != nil {
		err = fmt.Errorf("%s: %w", told, err)
	}
	err = errors.Join(err, i.lock.Release())
	if power := i.power.Load(); power != nil {
		power.Release()
	}
	return err
}

// tellLeft tells the user, and the record, what could not be ended because of err. It returns
// an error that says the same.
func (i *Instance) tellLeft(err error) error {
	said := leftWords(err)
	i.tell(tray.Notification{Summary: i.language.Say(words.LeftRunning), Body: leftIn(i.language, err), Urgent: true})
	i.record.Add(sessiondb.Event{At: time.Now(), Kind: "left running", Detail: said})
	i.record.SetEnding(i.mark, sessiondb.LeftRunning, said, time.Now())
	return errors.New(said)
}

// abandon ends an instance that did not begin, for a reason as of End, with closers for what
// End would close.
func (i *Instance) abandon(reason string, closers ...func() error) error {
	err := i.manager.Shutdown(context.Background())
	var ended error
	if err != nil {
		err = i.tellLeft(err)
	} else if ended = i.record.End(reason); ended != nil {
		i.writeCleanExit(reason, ended)
	}
	for _, closer := range closers {
		err = errors.Join(err, closer())
	}
	ended = errors.Join(ended, i.record.Close())
	i.manager.Close()
	_ = os.Remove(i.options.Folders.Crash()) // as at any end
	return errors.Join(err, ended, i.lock.Release())
}

// writeCleanExit writes the clean-exit marker of a session whose end could not be recorded
// because of why, and reports whether the next start will find it.
func (i *Instance) writeCleanExit(reason string, why error) bool {
	if errors.Is(why, sessiondb.ErrPlatformFile) || errors.Is(why, sessiondb.ErrNewer) {
		return false // the record has the end, or has nothing of this session
	}
	marker := sessiondb.CleanExit{Mark: i.mark, Reason: reason, At: time.Now()}
	return sessiondb.WriteCleanExit(marker, i.options.Folders.CleanExitMarkers()...) == nil
}
