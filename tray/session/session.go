// Package session is one run of the program from its lock to its clean end: it brings
// the record, the manager and the control API together, and answers the tray, the
// pages and the commands alike.
package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/manager/guard"
	"agents-tray/manager/spec"
	"agents-tray/sessiondb"
	"agents-tray/tray"
	"agents-tray/tray/login"
	"agents-tray/tray/poweroff"
	"agents-tray/tray/words"
)

// Options are what a session is made from.
type Options struct {
	Version  string
	Folders  config.Folders
	Services []spec.ServiceSpec
	// ServicesFile is where they come from. Default: the usual file, if it is there.
	ServicesFile string
	// Database is a file of the Python platform that keeps the row of session_state, so
	// that both sides see it. Default: our own record does.
	Database string
	// Start says that the services are started even if they would be asked about.
	Start bool
	// Locked is called as soon as it is sure that no other instance runs. Default: nobody
	// wants to know.
	Locked func()
}

// ErrRunning says that another instance has the state folder.
var ErrRunning = sessiondb.ErrLocked

// A Session is a running instance. It is a control.Instance and a tray.App; all its
// methods are safe for concurrent use.
type Session struct {
	options Options
	mark    string
	started time.Time
	lock    *sessiondb.Lock
	record  *sessiondb.Record
	manager *manager.Manager
	server  *control.Server
	stopped []string        // services that the user stopped in an earlier session
	review  *control.Review // how the session before ended, if not cleanly
	unclean verdict         // the same, for the menu
	asks    bool            // the one before that did not end well either: start nothing unasked
	quit    chan struct{}   // closed when the user asks to quit
	outcome chan error      // gets the outcome of the first start
	up      chan struct{}   // closed when the first start is over
	upOnce  sync.Once

	stopRecording func()
	wg            sync.WaitGroup
	power         atomic.Pointer[poweroff.Watch] // nil until it watches
	browse        opener
	work          workflows

	language  words.Language
	settings  *settings
	atLogin   login.Entry
	quitting  quitting
	announcer announcer

	mu       sync.Mutex
	reviewed bool
	notices  []notice
	asked    bool   // to quit
	reason   string // for the end
	desktop  Desktop
	usual    time.Duration // of a start; 0 until it is asked for
	changed  hub
}

// Begin takes the lock, marks the record dirty, ends what an earlier session may have
// left, and starts the services; it does not wait for them. The order matters: see
// package sessiondb. The error wraps ErrRunning when another instance is running.
func Begin(options Options) (*Session, error) {
	lock, err := sessiondb.TakeLock(options.Folders.Lock())
	if err != nil {
		return nil, err
	}
	return begin(options, lock)
}

func begin(options Options, lock *sessiondb.Lock) (*Session, error) {
	if options.Locked != nil {
		options.Locked()
	}
	s := &Session{
		options: options, mark: guard.Mark(), started: time.Now(), lock: lock,
		quit: make(chan struct{}), outcome: make(chan error, 1), up: make(chan struct{}), desktop: nowhere{},
	}
	s.prepareTray()
	listener, address, err := control.Listen(options.Folders.Runtime)
	if err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	s.manager = manager.New(manager.Options{
		Guard:      guard.Self(),
		GuardLog:   options.Folders.GuardLog(),
		Remove:     remnants(options.Folders, address),
		ExitReport: options.Folders.ExitReport(),
		LogFolder:  options.Folders.Logs(),
		Env:        []string{control.Environment + "=" + address.String()},
	})
	// From here on the guard starts in parallel with the disk.
	s.openRecord()
	if err := s.manager.AddService(options.Services...); err != nil {
		return nil, errors.Join(err, s.abandon(listener.Close))
	}
	s.follow()
	s.watchPlatform()
	if why := options.Folders.Makeshift; why != nil {
		s.notice("Nothing of this session will be kept. " + manager.Sentence(why.Error()))
	}
	s.asks = s.asks && !options.Start
	if s.asks {
		s.outcome <- nil // there is nothing to wait for
	} else {
		s.StartAll()
	}
	s.wg.Go(s.watchPower)
	s.wg.Go(s.tellUsual)
	s.server = control.Serve(listener, address, s)
	if err := address.Write(options.Folders.Control()); err != nil {
		if address.Write(options.Folders.SpareControl()) != nil {
			s.notice("Other programs cannot find this one: " + err.Error())
		}
	}
	return s, nil
}

// Asks reports whether nothing has been started: the user is to say so.
func (s *Session) Asks() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asks
}

// StartAll starts everything but what the user has stopped, in the background.
func (s *Session) StartAll() {
	s.mu.Lock()
	s.asks = false
	s.mu.Unlock()
	s.wg.Go(func() {
		err := s.manager.StartAll(context.Background(), s.stopped...)
		select {
		case s.outcome <- err:
		default: // it was asked for before: only the first outcome is waited for
		}
		s.upOnce.Do(func() { close(s.up) })
	})
	s.changed.tell()
}

// abandon undoes a beginning.
func (s *Session) abandon(closers ...func() error) error {
	err := s.manager.Shutdown(context.Background())
	for _, closer := range closers {
		err = errors.Join(err, closer())
	}
	const reason = "It could not begin"
	ended := s.record.End(reason)
	if ended != nil {
		s.leaveFarewell(reason, ended)
	}
	ended = errors.Join(ended, s.record.Close())
	_ = os.Remove(s.options.Folders.Crash()) // as at any end
	return errors.Join(err, ended, s.lock.Release())
}

// leaveFarewell keeps elsewhere that the session ends as it should, which the record could
// not take, and reports whether that is kept.
func (s *Session) leaveFarewell(reason string, why error) bool {
	if errors.Is(why, sessiondb.ErrOriginal) || errors.Is(why, sessiondb.ErrNewer) {
		return false // our own record knows, or knows nothing of this session
	}
	f := sessiondb.Farewell{Mark: s.mark, Reason: reason, At: time.Now()}
	return sessiondb.LeaveFarewell(f, s.options.Folders.CleanExits()...) == nil
}

// remnants are the files that a killed tray leaves for its guard to remove.
func remnants(folders config.Folders, address control.Address) []string {
	files := []string{folders.Control(), folders.SpareControl()}
	if address.Network == "unix" {
		files = append(files, address.Address)
	}
	return files
}

// Started gets the outcome of the first start of all services: nil, or the problem of
// the first that failed.
func (s *Session) Started() <-chan error { return s.outcome }

// QuitAsked is closed when the user has asked to quit, in the menu or elsewhere.
func (s *Session) QuitAsked() <-chan struct{} { return s.quit }

// Quit asks for the end, as the user.
func (s *Session) Quit() { s.QuitBecause(ByUser) }

// Reasons for an end, as the history tells them.
const (
	ByUser     = "Quit by the user"
	BySignal   = "Stopped by a signal"
	ByLogOff   = "The user logged off"
	ByShutdown = "The computer was shut down"
)

// goingDown are the reasons that the system gives.
var goingDown = map[poweroff.Why]string{poweroff.Shutdown: ByShutdown, poweroff.LogOff: ByLogOff}

// shutdownTime is what services get to stop when the computer goes down: logind waits 5 s
// by default, and the record has to be written, too.
const shutdownTime = 4 * time.Second

// QuitBecause asks for the end. The first reason counts.
func (s *Session) QuitBecause(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.asked {
		s.asked, s.reason = true, reason
		close(s.quit)
	}
}

// QuitOnSignal asks for the end because a signal says so.
func (s *Session) QuitOnSignal() {
	reason := BySignal
	if power := s.power.Load(); power != nil && power.LoggingOff() {
		reason = ByLogOff
	}
	s.QuitBecause(reason)
}

// watchPower ends the session when the computer is about to go down. A bus that hangs is
// not waited for.
func (s *Session) watchPower() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	began := make(chan *poweroff.Watch, 1)
	go func() { began <- poweroff.Begin(ctx, tray.Name, "Stops its services") }()
	select {
	case power := <-began:
		s.power.Store(power)
		select {
		case why := <-power.Going():
			s.QuitBecause(goingDown[why])
		case <-s.quit:
		}
	case <-s.quit:
	}
}

// ending reports whether the end has been asked for.
func (s *Session) ending() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// End stops everything in order. Once every process is confirmed gone the record says
// so, and the lock is released. When ctx ends, what is left is killed at once. The
// error tells of processes that could not be ended, or of the record.
func (s *Session) End(ctx context.Context) error {
	s.QuitBecause(ByUser) // whoever asks from now on is told
	s.quitting.close()
	s.announcer.close()
	if s.reason == ByShutdown || s.reason == ByLogOff {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, shutdownTime)
		defer cancel()
	}
	err := s.manager.Shutdown(ctx)
	s.browse.close()
	s.stopRecording()
	s.server.Close()
	s.wg.Wait()
	for _, file := range []string{s.options.Folders.Control(), s.options.Folders.SpareControl()} {
		_ = os.Remove(file) // one is not there; at worst a second launch asks nobody
	}
	told := "this session will be reported as ended unexpectedly"
	if err == nil {
		if err = s.record.End(s.reason); err != nil && s.leaveFarewell(s.reason, err) {
			told = "this session ended as it should, which its next start will know, but what happened last could not be recorded"
		}
	}
	if closed := s.record.Close(); err == nil {
		err = closed
	}
	_ = os.Remove(s.options.Folders.Crash()) // empty: there was no crash
	if err != nil {
		err = fmt.Errorf("%s: %w", told, err)
	}
	err = errors.Join(err, s.lock.Release())
	if power := s.power.Load(); power != nil {
		power.Release()
	}
	return err
}
