package manager

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"time"
)

// ServiceSpec says what a service is and how it is to be kept running. The zero
// value of each optional field is its default.
type ServiceSpec struct {
	// Name identifies the service: lower-case letters, digits, '-' and '_', starting
	// with a letter or a digit. Required, unique within a manager.
	Name string
	// Title is the name that people see. Default: Name.
	Title string
	// Command is the program and its arguments, run without a shell. A program
	// without a path separator is looked up in PATH. Required, unless Builtin is set.
	Command []string
	// Builtin runs this program itself, with Command as all its arguments from
	// argv[0] on, and a lifeline: it stops when the guard is gone.
	Builtin bool
	// Dir is the working directory. Default: the program's own.
	Dir string
	// Env holds NAME=value pairs added to the program's own environment.
	Env []string
	// Listen is a TCP address ("127.0.0.1:7861") that the guard binds and hands to
	// the service as descriptor 3 with LISTEN_FDS=1, as systemd does. The socket
	// outlives the process, so connections made during a restart wait instead of
	// being refused. Empty: the service binds its own.
	Listen string
	// URL is where the service is opened in a browser. Empty: it has no page.
	URL string
	// Ready says how the service proves that it answers.
	Ready Ready
	// Restart says what follows an exit that nobody asked for.
	Restart Restart
	// DependsOn names services that must have reached a condition before this one
	// starts. The order of stopping is the reverse.
	DependsOn map[string]Condition
	// StopTimeout is how long the service may take to stop after SIGTERM before it
	// is killed. Default: 5 s. Stopping everything has one deadline for all.
	StopTimeout time.Duration
	// Optional services do not fail StartAll.
	Optional bool
	// Open gives the service a line of its own in the menu ("Open Dashboard").
	Open bool
}

// Ready is the proof that a service answers.
type Ready struct {
	// HTTP is a URL that must answer a GET with status 200. Empty: a service whose
	// process runs counts as ready.
	HTTP string
	// Timeout bounds the wait from the start of the process. Default: 30 s.
	Timeout time.Duration
}

// Condition is what a dependent waits for.
type Condition string

const (
	ConditionStarted Condition = "started" // the process runs
	ConditionReady   Condition = "ready"   // it has proved that it answers
)

// Policy says after which exits a service is started again.
type Policy string

const (
	RestartAlways    Policy = "always"
	RestartOnFailure Policy = "on-failure" // only after a non-zero status or a signal
	RestartNever     Policy = "never"
)

// Restart is the restart policy. The first restart after a good run follows at
// once; from then on each wait is twice the one before, to a ceiling.
type Restart struct {
	Policy   Policy        // default: always
	Delay    time.Duration // the second wait; default 100 ms
	MaxDelay time.Duration // ceiling; default 30 s
	GiveUp   int           // this many exits within Window and the user decides; default 5
	Window   time.Duration // default 60 s
	GoodRun  time.Duration // a run of this length forgets the exits before it; default 10 s
}

var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// withDefaults fills in what the user left out and reports what cannot work.
func (s ServiceSpec) withDefaults() (ServiceSpec, error) {
	if !validName.MatchString(s.Name) {
		return s, fmt.Errorf("service name %q: use lower-case letters, digits, '-' and '_'", s.Name)
	}
	if len(s.Command) == 0 || s.Command[0] == "" {
		return s, fmt.Errorf("%s: no command given", s.Name)
	}
	if s.Listen != "" {
		if _, _, err := net.SplitHostPort(s.Listen); err != nil {
			return s, fmt.Errorf("%s: listen address %q: %w", s.Name, s.Listen, err)
		}
	}
	switch s.Restart.Policy {
	case "", RestartAlways, RestartOnFailure, RestartNever:
	default:
		return s, fmt.Errorf("%s: restart policy %q: use always, on-failure or never", s.Name, s.Restart.Policy)
	}
	for dep, condition := range s.DependsOn {
		if condition != ConditionStarted && condition != ConditionReady {
			return s, fmt.Errorf("%s: depends on %s with condition %q: use started or ready", s.Name, dep, condition)
		}
	}
	if s.StopTimeout < 0 || s.Ready.Timeout < 0 {
		return s, errors.New(s.Name + ": a timeout cannot be negative")
	}
	orDefault(&s.Title, s.Name)
	orDefault(&s.Ready.Timeout, 30*time.Second)
	orDefault(&s.StopTimeout, 5*time.Second)
	orDefault(&s.Restart.Policy, RestartAlways)
	orDefault(&s.Restart.Delay, 100*time.Millisecond)
	orDefault(&s.Restart.MaxDelay, 30*time.Second)
	orDefault(&s.Restart.GiveUp, 5)
	orDefault(&s.Restart.Window, time.Minute)
	orDefault(&s.Restart.GoodRun, 10*time.Second)
	return s, nil
}

func orDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
