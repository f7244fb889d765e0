package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"agents-tray/manager"
	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/sessiondb"
	"agents-tray/tray"
	"agents-tray/tray/instance"
	"agents-tray/tray/words"
)

// run is the program: a session, shown in the tray or in the terminal, until it is
// asked to end.
func (l launch) run(command *cobra.Command, inTerminal bool) error {
	debug.SetGCPercent(400) // a start makes garbage that is made once: see follow
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// Whoever read our output may be gone before us; that must not end us in the middle.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	var err error
	if inTerminal {
		err = l.inTerminal(signals)
	} else {
		err = l.inTray(signals)
	}
	if errors.Is(err, errElsewhere) {
		fmt.Fprint(command.OutOrStdout(), elsewhere(command.Flags()))
		return nil
	}
	var problem *manager.Problem
	command.SilenceErrors = errors.As(err, &problem) // it stands on the screen already
	return err
}

// begin starts a session, and calls locked when it is sure that it may; nil without an
// error says that a running instance has been asked to show itself instead.
func (l launch) begin(locked func()) (*instance.Instance, error) {
	folders, err := config.Prepare()
	if err != nil {
		return nil, err
	}
	contents, err := config.Load(l.Options, folders)
	if err != nil {
		return nil, err
	}
	options := instance.Options{Version: l.version, Folders: folders, Services: contents.Services, ServicesFile: l.File, Start: l.start, Locked: locked}
	for _, url := range []struct{ from, url string }{{"--db-url", l.database}, {"settings.db_url in the services file", contents.Settings.DatabaseURL}} {
		if url.url == "" {
			continue
		}
		if options.Database, err = sessiondb.ParseURL(url.url); err != nil {
			return nil, fmt.Errorf("%s: %w", url.from, err)
		}
		break
	}
	if _, err := control.Find(); err == nil { // perhaps not where this one would be
		return instance.HandOff(options)
	}
	s, err := instance.Begin(options)
	if !errors.Is(err, control.ErrRunning) {
		return s, err
	}
	return instance.HandOff(options)
}

// inTerminal shows the session line by line.
func (l launch) inTerminal(signals <-chan os.Signal) error {
	s, err := l.begin(nil)
	if err != nil {
		return err
	}
	if s == nil {
		return errElsewhere
	}
	return untilAsked(s, newScreen(os.Stdout, l.verbose), signals, true)
}

// inTray shows the session in the tray; where there is no desktop, in the terminal. The
// icon does not wait for the session, only for the certainty that it is the only one.
func (l launch) inTray(signals <-chan os.Signal) error {
	desktop, err := tray.Connect()
	if err != nil {
		return l.inTerminal(signals)
	}
	defer desktop.Close()
	type beginning struct {
		*instance.Instance
		err error
	}
	locked, begun := make(chan struct{}, 1), make(chan beginning, 1)
	go func() {
		s, err := l.begin(func() { locked <- struct{}{} })
		begun <- beginning{s, err}
	}()
	select {
	case <-locked:
	case b := <-begun:
		if b.Instance == nil && b.err == nil {
			return errElsewhere
		}
		if b.Instance == nil {
			l.tellDesktop(desktop, b.err)
			return b.err
		}
		begun <- b
	}
	icon := tray.New(desktop, tray.Model{Snapshot: manager.Snapshot{Phase: manager.PhaseStarting}, Language: words.System()})
	ended := make(chan error, 1)
	go func() {
		b := <-begun
		if b.Instance != nil {
			desktop.Answer(b.Do)
			b.SetDesktop(desktop)
			icon.Show(b.Instance)
			b.err = untilAsked(b.Instance, newScreen(os.Stdout, l.verbose), signals, false)
		} else {
			l.tellDesktop(desktop, b.err)
		}
		icon.Quit()
		ended <- b.err
	}()
	icon.Run()
	return <-ended
}

// untilAsked follows the session until somebody asks for its end, and ends it.
// alone says that the terminal is the only place where it shows: there a service that
// cannot start is the end.
func untilAsked(s *instance.Instance, screen *screen, signals <-chan os.Signal, alone bool) error {
	failed := follow(s, screen, signals, alone)
	screen.Say("Stopping…")
	ctx, hurry := context.WithCancel(context.Background())
	defer hurry()
	go func() {
		select {
		case <-signals: // a second one
			hurry()
		case <-ctx.Done():
		}
	}()
	err := errors.Join(failed, s.End(ctx))
	if err == nil {
		screen.Say("Everything is stopped.")
	}
	return err
}

// follow shows what happens until the end is asked for, and returns what made it
// pointless to go on.
func follow(s *instance.Instance, screen *screen, signals <-chan os.Signal, alone bool) error {
	changed, stop := s.Changes()
	defer stop()
	defer screen.End()
	screen.Begin("Starting Configurable Agents")
	started := s.Started()
	for {
		status := s.Status()
		select {
		case <-s.QuitAsked(): // and no wish to quit was taken back
			return nil
		default:
		}
		screen.Show(status.Snapshot)
		screen.ShowQuitting(status.Quitting)
		select {
		case <-changed:
		case err := <-started:
			screen.Show(s.Status().Snapshot)
			screen.End()
			if err != nil && alone {
				return err
			}
			for _, notice := range status.Notices {
				screen.Say("Note: %s", notice)
			}
			if status.Unclean != nil {
				screen.Say("Last session ended unexpectedly: %s", status.Unclean.Cause)
				if line := status.Unclean.Interrupted(); line != "" {
					screen.Say("  %s", line)
				}
			}
			if status.Asks {
				screen.Say("Nothing was started: the session before that ended unexpectedly, too. Start this program with --start, or the services in the menu or the Dashboard")
			}
			if alone {
				screen.Say("Press Ctrl-C to stop")
			} else {
				screen.Say("%s is running. Press Ctrl-C to stop", tray.Name)
			}
			started = nil
			debug.SetGCPercent(100)
			debug.FreeOSMemory() // what only the start has needed
		case <-s.QuitAsked():
			return nil
		case <-signals:
			s.QuitOnSignal()
			return nil
		}
	}
}
