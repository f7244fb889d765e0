package manager

import (
	"context"

	"agents-tray/manager/guard"
	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/spec"
)

// A guardProcess is a guard that runs: a *guard.Client, or a fake in tests.
type guardProcess interface {
	// Send queues a request. It must not block. An error says that the guard is gone, which
	// the end of Events tells, too.
	Send(guard.Request) error
	// Events gives what the guard tells, in order. It is closed once the guard has ended.
	Events() <-chan guard.Event
	PID() int
	// Kill ends it, whatever it does.
	Kill()
	// Err is nil if the guard has confirmed that nothing is left, and wraps a
	// *proctree.LeftError if it has told what is. It may be called once Events is closed.
	Err() error
}

// surroundings are what the manager does outside of its own memory. All of it may take long,
// so the owner calls none of it: it is called beside it, with a deadline.
type surroundings struct {
	launch    func() (guardProcess, error)                                                   // starts a guard
	sweep     func() error                                                                   // ends what a lost guard has left; nil: nothing is left
	prepare   func(ctx context.Context, s spec.ServiceSpec) ([]string, error)                // reads its env_file, and sees that what it needs answers
	resolve   func(ctx context.Context, address string) (string, error)                      // finds the IP address of an address that is to be bound
	exists    func(ctx context.Context, path string) bool                                    // reports whether a file or folder is there
	loginPath func(context.Context) string                                                   // asks the login shell for its PATH; "": it does not tell
	port      func(ctx context.Context, address string, strict bool, guardPID int) portState // looks at an address that is to be bound
	proof     func(ctx context.Context, q question) error                                    // asks whether a service is ready or healthy
}

// system are the surroundings in earnest.
func system(options Options) surroundings {
	return surroundings{
		launch: func() (guardProcess, error) {
			client, err := guard.Launch(options.Guard, guard.Hello{
				Grace: Grace, Log: options.GuardLog, ExitReport: options.ExitReport, Remove: options.Remove,
				Journals: options.Journals,
			})
			if client == nil {
				return nil, err
			}
			return client, nil // an error of its first request comes as its end
		},
		sweep: func() error {
			_, err := proctree.Sweep(options.Guard.Mark, proctree.JournalsOf(options.Journals, options.Guard.Mark), 0)
			return err
		},
		prepare: func(ctx context.Context, s spec.ServiceSpec) ([]string, error) {
			env, err := ReadEnvFile(ctx, s, options.Env)
			if err != nil {
				return nil, err
			}
			return env, Reach(ctx, s, env)
		},
		exists:    pathExists,
		loginPath: askLoginShell,
		resolve:   resolve,
		port:      lookAtPort,
		proof:     prove,
	}
}
