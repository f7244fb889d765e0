// Package session is one run of the program from its lock to its clean end: it brings
// the record, the manager and the control API together, and answers the tray, the
// pages and the commands alike.
package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/manager/guard"
	"agents-tray/sessiondb"
	"agents-tray/tray/login"
	"agents-tray/tray/words"
)

// Options are what a session is made from.
type Options struct {
	Version  string
	Folders  config.Folders
	Services []manager.ServiceSpec
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
	record  *sessiondb.Record // nil when nothing can be recorded
	manager *manager.Manager
	server  *control.Server
	stopped []string        // services that the user stopped in an earlier session
	review  *control.Review // how the session before ended, if not cleanly
	quit    chan struct{}   // closed when the user asks to quit
	outcome chan error      // gets the outcome of the first start
	up      chan struct{}   // closed when the first start is over

	stopRecording func()
	wg            sync.WaitGroup
	browse        opener

	language  words.Language
	settings  *settings
	atLogin   login.Entry
	quitting  quitting
	announcer announcer

	mu       sync.Mutex
	reviewed bool
	notices  []string
	asked    bool // to quit
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

// BeginAfter is Begin for when another instance is on its way out: it waits for the
// lock until ctx ends.
func BeginAfter(ctx context.Context, options Options) (*Session, error) {
	lock, err := sessiondb.WaitLock(ctx, options.Folders.Lock())
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
		Guard:     guard.Self(),
		GuardLog:  options.Folders.GuardLog(),
		Remove:    remnants(options.Folders, address),
		LogFolder: options.Folders.Logs(),
		Env:       []string{control.Environment + "=" + address.String()},
	})
	// From here on the guard starts in parallel with the disk.
	s.openRecord()
	if err := s.manager.AddService(options.Services...); err != nil {
		return nil, errors.Join(err, s.abandon(listener.Close))
	}
	s.follow()
	s.wg.Go(func() {
		s.outcome <- s.manager.StartAll(context.Background(), s.stopped...)
		close(s.up)
	})
	s.wg.Go(s.tellUsual)
	s.server = control.Serve(listener, address, s)
	if err := address.Write(options.Folders.Control()); err != nil {
		s.notice("Other programs cannot find this one: " + err.Error())
	}
	return s, nil
}

// abandon undoes a beginning.
func (s *Session) abandon(closers ...func() error) error {
	err := s.manager.Shutdown(context.Background())
	for _, closer := range closers {
		err = errors.Join(err, closer())
	}
	if s.record != nil {
		err = errors.Join(err, s.record.End(), s.record.Close())
	}
	return errors.Join(err, s.lock.Release())
}

// remnants are the files that a killed tray leaves for its guard to remove.
func remnants(folders config.Folders, address control.Address) []string {
	files := []string{folders.Control()}
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

// Quit asks for the end.
func (s *Session) Quit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.asked {
		s.asked = true
		close(s.quit)
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
	s.Quit() // whoever asks from now on is told
	s.quitting.close()
	s.announcer.close()
	err := s.manager.Shutdown(ctx)
	s.browse.close()
	s.stopRecording()
	s.server.Close()
	s.wg.Wait()
	_ = os.Remove(s.options.Folders.Control()) // at worst a second launch asks nobody
	if s.record != nil {
		if err == nil {
			err = s.record.End()
		}
		err = errors.Join(err, s.record.Close())
	}
	_ = os.Remove(s.options.Folders.Crash()) // empty: there was no crash
	if err != nil {
		err = fmt.Errorf("this session will be reported as ended unexpectedly: %w", err)
	}
	return errors.Join(err, s.lock.Release())
}

// notice adds something for the user to know.
func (s *Session) notice(text string) {
	s.mu.Lock()
	if !slices.Contains(s.notices, text) {
		s.notices = append(s.notices, text)
	}
	s.mu.Unlock()
	s.changed.tell()
}
