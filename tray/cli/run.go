package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"agents-tray/manager"
	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/sessiondb"
	"agents-tray/tray"
	"agents-tray/tray/instance"
	"agents-tray/tray/open"
	"agents-tray/tray/words"
)

// run is the program: a session, shown in the tray or in the terminal, until it is
// asked to end.
func (l launch) run(command *cobra.Command, inTerminal bool) error {
	l.desktop = open.Here()
	debug.SetGCPercent(400) // during the start, whose garbage is made once; follow sets it back
	asked := notifyStop(inTerminal)
	// Ignore SIGPIPE: a closed standard output must not end the process during shutdown.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	var err error
	if inTerminal {
		err = l.inTerminal(asked)
	} else {
		err = l.inTray(asked)
	}
	if other, ok := errors.AsType[elsewhere](err); ok {
		fmt.Fprint(command.OutOrStdout(), other.text(command.Flags()))
		return nil
	}
	if errors.Is(err, context.Canceled) { // before it had begun
		fmt.Fprintln(command.OutOrStdout(), allStopped)
		return nil
	}
	var problem *manager.Problem
	command.SilenceErrors = errors.As(err, &problem) // it stands on the screen already
	return explain(words.System(), err)
}

// allStopped is the last line of a clean end.
const allStopped = "Everything is stopped."

// begin starts a session, and calls locked when it is sure that it may. The error is
// elsewhere if a running instance has been asked to show itself instead; then no option or
// file of this launch matters. When ctx ends before, the error wraps context.Canceled.
func (l launch) begin(ctx context.Context, outlives bool, locked func(tray.Model)) (*instance.Instance, error) {
	alone := func() (*instance.Instance, error) { return l.beginAlone(ctx, outlives, locked) }
	if _, err := control.Find(); err != nil {
		s, err := alone()
		if !errors.Is(err, control.ErrRunning) {
			return s, err
		}
	}
	open.HandOver()
	s, opening, err := instance.HandOff(ctx, control.OpenRequest{Token: l.desktop.Token, Desktop: l.desktop.Env, AtLogin: l.atLogin}, alone)
	if s == nil && err == nil {
		err = elsewhere(opening)
	}
	return s, err
}

// beginAlone starts a session. The error wraps control.ErrRunning if another one runs.
func (l launch) beginAlone(ctx context.Context, outlives bool, locked func(tray.Model)) (*instance.Instance, error) {
	if warning := config.Stranger(); warning != "" {
		fmt.Fprintln(os.Stderr, "Warning: "+warning+".")
	}
	folders, err := config.Prepare()
	if err != nil {
		return nil, err
	}
	contents, err := config.Load(l.Options, folders)
	if err != nil {
		return nil, err
	}
	options := instance.Options{
		Version: l.version, Folders: folders, Contents: contents, Config: l.Options,
		Load:  func() (config.Contents, error) { return config.Load(l.Options, folders) },
		Start: l.start, OutlivesSession: outlives, Welcomes: l.shown && !l.atLogin, Locked: locked,
	}
	if options.LoginArguments, err = l.loginArguments(); err != nil {
		return nil, err
	}
	for _, url := range []struct{ from, url string }{{"--db-url", l.database}, {"settings.db_url in the services file", contents.Settings.DatabaseURL}} {
		if url.url == "" {
			continue
		}
		if options.Database, err = sessiondb.ParseURL(url.url); err != nil {
			return nil, fmt.Errorf("%s: %w", url.from, err)
		}
		break
	}
	return instance.Begin(ctx, options)
}

// inTerminal shows the session line by line.
func (l launch) inTerminal(asked stop) error {
	s, err := l.begin(asked.once, true, nil)
	if err != nil {
		return err
	}
	s.SetDesktop(instance.NoDesktop)
	return untilAsked(s, newScreen(os.Stdout, l.verbose, l.events), asked, true)
}

// inTray shows the session in the tray; where there is no desktop, in the terminal. The
// icon does not wait for the session, only for the certainty that it is the only one.
func (l launch) inTray(asked stop) error {
	desktop, err := tray.Connect()
	if err != nil {
		l.shown = l.desktop.Env != nil && !term.IsTerminal(int(os.Stdout.Fd())) // by pages at least
		return l.inTerminal(asked)
	}
	l.shown = true
	type beginning struct {
		*instance.Instance
		err error
	}
	ctx, cancel := context.WithCancelCause(asked.once)
	defer cancel(nil)
	locked, begun := make(chan tray.Model, 1), make(chan beginning, 1)
	go func() {
		s, err := l.begin(ctx, asked.hangUpIgnored, func(first tray.Model) { locked <- first })
		begun <- beginning{s, err}
	}()
	var first tray.Model
	select {
	case first = <-locked:
	case b := <-begun:
		if b.Instance == nil {
			defer desktop.Close()
			l.tellDesktop(desktop, b.err)
			return b.err
		}
		first = b.Model()
		begun <- b
	}
	icon := tray.New(desktop, first, func() { cancel(instance.ErrQuit) })
	ended := make(chan error, 1)
	go func() {
		b := <-begun
		if b.Instance != nil {
			desktop.Answer(b.Do)
			b.SetDesktop(desktop)
			icon.Show(b.Instance)
			b.err = untilAsked(b.Instance, newScreen(os.Stdout, l.verbose, l.events), asked, false)
		} else {
			l.tellDesktop(desktop, b.err)
		}
		icon.Quit()
		ended <- b.err
	}()
	icon.Run()
	leave(desktop, asked)
	return <-ended
}

// leaveTime is how long the end waits for messages that are still to be shown.
const leaveTime = 500 * time.Millisecond

// leave lets go of the desktop. Everything has ended and is recorded, so a desktop that
// hangs is not waited for, nor is any after a second signal.
func leave(desktop *tray.Desktop, asked stop) {
	closed := make(chan struct{})
	go func() {
		desktop.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(leaveTime):
	case <-asked.twice.Done():
	}
}

// untilAsked follows the session until somebody asks for its end, and ends it. alone says
// that the terminal is the only place where it shows: there the error tells of a service that
// has failed to start and is not up at the end, and without any other the session ends by itself.
func untilAsked(s *instance.Instance, screen *screen, asked stop, alone bool) error {
	failed := follow(s, screen, asked.once, alone)
	if failed != nil {
		s.QuitBecause(instance.ByFailure)
	}
	screen.Say("Stopping…")
	hurry := asked.twice
	if asked.once.Err() == nil { // it was asked for elsewhere: the first signal already means not to wait
		hurry = asked.once
	}
	if err := s.End(hurry); err != nil {
		failed = err // what failed before stands on the screen already
	} else if failed == nil {
		screen.Say(allStopped)
	}
	screen.flush(asked.twice)
	return failed
}

// follow shows what happens until the end is asked for. See untilAsked for its error.
func follow(s *instance.Instance, screen *screen, asked context.Context, alone bool) error {
	var failure error // of the start
	changed, stop := s.Changes()
	defer stop()
	defer screen.End()
	screen.Begin("Starting Configurable Agents")
	started := s.Started()
	for {
		status := s.Status()
		select {
		case <-s.QuitAsked(): // or the status would tell that a request to quit was taken back
			return failure
		default:
		}
		screen.Show(status.Snapshot)
		screen.ShowQuitting(status.Quitting)
		if started == nil {
			screen.ShowNotices(status.Notices)
		}
		if failure != nil && !slices.ContainsFunc(status.Services, isFailed) {
			failure = nil // it was mended
		}
		if failure != nil && !slices.ContainsFunc(status.Services, isUnderWay) {
			return failure // nor is there any longer
		}
		select {
		case <-changed:
		case err := <-started:
			now := s.Status()
			screen.Show(now.Snapshot)
			screen.Settle(now.Snapshot)
			if alone {
				failure = err
			}
			if failure != nil && !slices.ContainsFunc(now.Services, isUnderWay) {
				return failure // there is nothing to go on with
			}
			screen.ShowNotices(status.Notices)
			if status.Unclean != nil {
				screen.Say("Last session ended unexpectedly: %s", status.Unclean.Cause)
				if line := status.Unclean.Interrupted(); line != "" {
					screen.Say("  %s", line)
				}
			}
			if status.Asks {
				screen.Say("Nothing was started: the session before that ended unexpectedly, too. Start the services with agents-tray start")
			}
			if alone {
				screen.Say("Press Ctrl-C to stop")
			} else {
				screen.End()
				screen.Say("%s is running.%s", tray.Name, howToStopTray)
				screen.flush(asked)
				detachConsole()
			}
			started = nil
			debug.SetGCPercent(100)
			debug.FreeOSMemory() // what only the start has needed
		case <-s.QuitAsked():
			return failure
		case <-asked.Done():
			s.QuitOnSignal()
			return failure
		}
	}
}

func isFailed(s manager.Service) bool { return s.State == manager.Failed }

// isUnderWay reports whether a service runs or is to run.
func isUnderWay(s manager.Service) bool { return !s.State.Idle() && s.State != manager.Waiting }
