// Package instance is one running instance of the program, from its lock to its clean end:
// it connects the session record, the manager and the control API, and serves the tray, the
// pages and the commands.
package instance

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/manager/guard"
	"agents-tray/manager/spec"
	"agents-tray/sessiondb"
	"agents-tray/sessiondb/verdict"
	"agents-tray/tray"
	"agents-tray/tray/autostart"
	"agents-tray/tray/poweroff"
	"agents-tray/tray/words"
)

// Options of an instance.
type Options struct {
	Version string
	Folders config.Folders
	// Contents are the services that run, and what else config.Load has read of their file.
	config.Contents
	// Config are the options of the command line about the services, where they come from
	// among them.
	Config config.Options
	// Load reads the services again when that file has changed; see config.Load. Default:
	// nothing follows it.
	Load func() (config.Contents, error)
	// Database is a file of the Python platform for the row of session_state, so that both
	// sides see it. Default: the session record.
	Database string
	// Start says that the services are started even after two unclean ends; see Asks.
	Start bool
	// LoginArguments are those with which the system is to start the program at login.
	LoginArguments []string
	// OutlivesSession says that the end of the user's session on the desktop is not this
	// one's.
	OutlivesSession bool
	// Welcomes says that the user has asked for this start, and reads nothing in a terminal: the
	// first one welcomes them.
	Welcomes bool
	// Locked is called as soon as the lock is held, so that no other instance is running,
	// with what there is to show until Begin returns. Optional.
	Locked func(tray.Model)
}

// An Instance is a running instance. It is a control.Instance and a tray.App; all its
// methods are safe for concurrent use.
type Instance struct {
	options Options
	mark    string
	started time.Time
	claim   *control.Claim
	record  *sessiondb.Record
	manager *manager.Manager
	specs   atomic.Pointer[[]spec.ServiceSpec] // that have taken the place of those in options; see services
	server  *control.Server
	stopped []string        // services that the user stopped in an earlier session
	review  *control.Review // how the previous session ended, if not cleanly
	unclean verdict.Verdict // the same, for the menu
	asks    bool            // two unclean ends in a row: start nothing unasked
	quit    chan struct{}   // closed when the user asks to quit
	outcome chan error      // gets the outcome of the first start
	up      chan struct{}   // closed when the first start is over
	upOnce  sync.Once

	stopRecording func()
	wg            sync.WaitGroup
	power         atomic.Pointer[poweroff.Watch] // nil until it watches
	noTray        atomic.Bool                    // the desktop shows no icons
	browse        opener
	work          workflows

	language  words.Language
	settings  *settings
	atLogin   autostart.Entry
	quitting  quitting
	announcer announcer

	mu       sync.Mutex
	finds    finds
	reviewed bool
	notices  []notice
	welcomes bool   // see showWelcome
	asked    bool   // to quit
	reason   string // for the end
	desktop  Desktop
	usual    time.Duration // of a start; 0 until it is asked for
	changed  manager.Watchers
}

// Begin takes the lock, marks the record dirty, ends what an earlier session may have
// left, and starts the services; it does not wait for them. The order matters: see
// package sessiondb. When ctx ends meanwhile, what the earlier session has left is killed,
// and nothing is started. The error wraps control.ErrRunning if another instance is running,
// and ctx's error if that has ended.
func Begin(ctx context.Context, options Options) (*Instance, error) {
	claim, err := control.TakeClaim(options.Folders)
	if err != nil {
		return nil, err
	}
	i := &Instance{
		options: options, mark: guard.Mark(), started: time.Now(), claim: claim,
		quit: make(chan struct{}), outcome: make(chan error, 1), up: make(chan struct{}), desktop: nopDesktop{},
		finds: finds{looking: make(chan struct{}, 1), configured: options.Found},
	}
	i.prepareTray()
	if options.Locked != nil {
		options.Locked(i.firstModel())
	}
	listener, address, err := control.Listen(options.Folders.Runtime)
	if err != nil {
		return nil, errors.Join(err, claim.Release())
	}
	if claim.Listener() != nil {
		address.Name = options.Folders.Identity
	}
	i.moveGuardLog()
	i.manager = manager.New(manager.Options{
		Guard:      guard.Self(),
		GuardLog:   options.Folders.GuardLog(),
		Journals:   options.Folders.Journals(),
		Remove:     remnants(options.Folders, address),
		ExitReport: options.Folders.ExitReport(),
		LogFolder:  options.Folders.Logs(),
		Env:        []string{control.Environment + "=" + address.String()},
	})
	// From here on the guard starts in parallel with the disk.
	i.openRecord(ctx)
	if ctx.Err() != nil {
		reason := BySignal
		if context.Cause(ctx) == ErrQuit {
			reason = ByUser
		}
		if err := i.abandon(reason, listener.Close); err != nil {
			return nil, err
		}
		return nil, ctx.Err()
	}
	if err := i.manager.AddService(options.Services...); err != nil {
		return nil, errors.Join(err, i.abandon("It could not begin", listener.Close))
	}
	i.follow()
	i.watchPlatform()
	i.tellOtherUsers(nil)
	i.tellUnusable()
	i.asks = i.asks && !options.Start
	if i.asks {
		i.outcome <- nil // there is nothing to wait for
	} else {
		i.StartAll()
	}
	i.wg.Go(i.watchPower)
	i.wg.Go(i.tellUsual)
	i.wg.Go(i.removeOld)
	i.wg.Go(i.watchServices)
	i.wg.Go(i.lookOnce)
	i.server = control.Serve(listener, address, i, claim.Listener())
	if err := address.Write(options.Folders.Control()); err != nil {
		if address.Write(options.Folders.SpareControl()) != nil && address.Name == "" {
			i.notice(words.Notice{What: words.NotFindable, Detail: err.Error()})
		}
	}
	return i, nil
}

// Asks reports whether nothing was started since the last two sessions ended unexpectedly:
// the user decides.
func (i *Instance) Asks() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asks
}

// StartAll starts everything but what the user has stopped. It does not wait for it.
func (i *Instance) StartAll() {
	i.mu.Lock()
	i.asks = false
	i.mu.Unlock()
	i.wg.Go(func() {
		err := i.manager.StartAll(context.Background(), i.stopped...)
		select {
		case i.outcome <- err:
		default: // not the first time: only the first outcome is reported
		}
		i.upOnce.Do(func() { close(i.up) })
	})
	i.changed.Tell()
}

// remnants are the files that the guard removes if this process cannot.
func remnants(folders config.Folders, address control.Address) []string {
	files := []string{folders.Control(), folders.SpareControl()}
	if address.Network == "unix" {
		files = append(files, address.Address)
	}
	return files
}

// Started gets the outcome of the first start of all services: nil, or the problem of
// the first that failed.
func (i *Instance) Started() <-chan error { return i.outcome }
