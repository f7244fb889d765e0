// Package spec describes services: what one is, whether a description is valid, by itself
// and together with others, and how they depend on each other. It is pure data: nothing is
// started, bound or looked up.
package spec

import (
	"strings"
	"time"
	"unicode"
)

// ServiceSpec says what a service is and how it is to be kept running. The zero
// value of each optional field is its default. Validate says what is wrong with one.
type ServiceSpec struct {
	// Name identifies the service: lower-case letters, digits, '-' and '_', starting
	// with a letter or a digit. Required, unique within a manager.
	Name string
	// Title is the name that people see. Default: Name.
	Title string
	// Command is the program and its arguments, run without a shell. A program
	// without a path separator is looked up in PATH, one with a relative path in Dir.
	// Required, unless it is only to be watched. In each argument and in Env, {listen}, {host} and {port} stand for the
	// parts of Listen, and {fd} for the number of the descriptor that is handed over.
	Command []string
	// Builtin says which of the program's own services this is: "dashboard" or "chat".
	// Then Command is all its arguments from argv[0] on, and it gets a lifeline: it
	// stops when the guard is gone. Default: none of them.
	Builtin string
	// OtherUsers says that it answers other users of the computer, too; of built-in services.
	OtherUsers bool
	// Dir is the working directory. Default: the program's own.
	Dir string
	// Env holds NAME=value pairs added to the program's own environment.
	Env []string
	// EnvFile names a regular file of NAME=value lines, read before each start. Relative to Dir.
	// What Env says goes before it.
	EnvFile string
	// Listen is a TCP address ("127.0.0.1:7861") that the guard binds and hands to
	// the service as descriptor 3, with LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES as in
	// sd_listen_fds(3), or as {fd} in its command. The socket outlives the process, so
	// connections made during a restart wait instead of being refused. On Windows,
	// where sockets cannot be handed over, the service binds it: see {listen}.
	// Empty: the service binds its own.
	Listen string
	// URL is where the service is opened in a browser. Default: "http://" and Listen,
	// if it is to Open. Empty: it has no page.
	URL string
	// Ready says how the service proves that it answers.
	Ready Ready
	// Health says how it proves, from then on, that it still does. Default: by running.
	Health Health
	// Restart says what follows an exit that nobody asked for.
	Restart Restart
	// DependsOn names services that must have reached a condition before this one
	// starts. The order of stopping is the reverse.
	DependsOn map[string]Condition
	// StopSignal asks the service to stop: TERM, INT, HUP, QUIT, USR1, USR2 or KILL.
	// Default: TERM. Windows knows only one way to ask, CTRL_BREAK.
	StopSignal string
	// StopTimeout is how long the service may take to stop after StopSignal before it
	// is killed. Default: 5 s. Stopping everything has one deadline for all, that of
	// the longest.
	StopTimeout time.Duration
	// Stdin says what is its standard input. Default: StdinOpen, for a single run (Once) StdinEmpty.
	Stdin Stdin
	// Optional services do not fail StartAll.
	Optional bool
	// Once makes the service a single run that somebody has asked for: it runs when it is
	// started by name, is not restarted, and counts neither for StartAll nor for the phase
	// of the whole. It may be added while others run. Restart and Optional do not matter.
	Once bool
	// Open gives the service a line of its own in the menu ("Open Dashboard").
	Open bool
}

// Check is a question that a service can be asked. At most one of HTTP and TCP is set.
type Check struct {
	// HTTP is a URL, or a path on the service's URL, that is asked with GET.
	HTTP string
	// Status is the HTTP status that it must answer with. Default: any from 200 to 399, and
	// 401 and 403, with which a page answers that wants a log-in. Redirections are not followed.
	Status int
	// Body is a regular expression (RE2) that must match within the first 64 kB of the
	// answer. Default: any answer will do.
	Body string
	// TCP is a host:port that must take a connection.
	TCP string
}

// Empty reports whether nothing is asked.
func (c Check) Empty() bool { return c.HTTP == "" && c.TCP == "" }

// Ready is the proof that a service answers: one of HTTP, TCP, Log and Notify. With
// none of them a service is ready as soon as its process runs.
type Ready struct {
	Check
	// Log is a regular expression (RE2) that a line of its output must match.
	Log string
	// Notify waits for READY=1 by the protocol of sd_notify(3). Not on Windows.
	Notify bool
	// Timeout is the time from the start of the process after which the user is told that it
	// is still starting. It goes on. Default: 30 s.
	Timeout time.Duration
}

// Health is how a service that is ready keeps proving that it answers; when it does
// not, it is restarted. At most one of HTTP, TCP and Notify.
type Health struct {
	Check
	// Notify expects WATCHDOG=1 by the protocol of sd_notify(3) in each Interval, which
	// the service is told in WATCHDOG_USEC. Not on Windows.
	Notify bool
	// Interval is the time from one check's end to the next one's begin. Default: 30 s.
	Interval time.Duration
	// Timeout bounds one check. Default: 5 s.
	Timeout time.Duration
	// Failures is how many checks in a row must fail. Default: 3. A check that was
	// interrupted by the computer's sleep does not count.
	Failures int
}

// Stdin is what a service has as standard input.
type Stdin string

const (
	// StdinOpen: a pipe on which nothing comes, and which ends when the service is to stop.
	// Many programs take the end of their standard input for the end of their parent.
	StdinOpen Stdin = "open"
	// StdinEmpty: nothing, at its end from the start.
	StdinEmpty Stdin = "empty"
)

// Condition is what a dependent waits for.
type Condition string

const (
	// ConditionStarted: the process runs. A crash of it does not touch the dependent.
	ConditionStarted Condition = "started"
	// ConditionReady: it has proved that it answers. When it is lost, the dependent is
	// stopped, and started again when it is back.
	ConditionReady Condition = "ready"
	// ConditionCompleted: it has run and ended with status 0.
	ConditionCompleted Condition = "completed"
)

// Policy says after which exits a service is started again.
type Policy string

const (
	RestartAlways    Policy = "always"
	RestartOnFailure Policy = "on-failure" // only after a non-zero status or a signal
	RestartNever     Policy = "never"
)

// Restart is the restart policy. The first restart after a good run follows at
// once, the second after a second; from then on each wait is twice the one before, to a ceiling.
type Restart struct {
	Policy   Policy        // default: always
	Delay    time.Duration // the first wait; default: none. The second is twice that, and at least 100 ms
	MaxDelay time.Duration // ceiling; default 30 s
	GiveUp   int           // this many exits within Window and the user decides; -1: never; default: after a minute of failing, five times at least
	Window   time.Duration // default 60 s
	GoodRun  time.Duration // a run that was ready for this time forgets the exits before it; default 10 s
}

// A Error says what is wrong with a field of a service's specification.
type Error struct {
	Service string
	Field   string // as in the services file: "restart.policy", "depends_on.db"; empty: all of it
	Err     error  // most often a *Mistake
}

func (e *Error) Error() string { return e.In(error.Error) }

// In returns the error as people read it; say makes the sentence.
func (e *Error) In(say func(error) string) string {
	if e.Field == "" {
		return e.Service + ": " + say(e.Err)
	}
	return e.Service + ": " + e.Field + ": " + say(e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Watched reports whether the service is only watched and opened, never started: it has no
// command, and its URL and Health say where it is and how it is asked. What runs it is elsewhere.
func (s ServiceSpec) Watched() bool {
	return len(s.Command) == 0 && s.Builtin == "" && s.URL != "" && !s.Health.Check.Empty()
}

// url is where the service's pages are, as far as that is known.
func (s ServiceSpec) url() string {
	if s.URL == "" && s.Listen != "" {
		return "http://" + s.Listen
	}
	return s.URL
}

// WithDefaults fills in what the user left out of a valid specification.
func (s ServiceSpec) WithDefaults() ServiceSpec {
	s.Title = shownTitle(s.Title)
	orDefault(&s.Title, s.Name)
	if s.Once {
		s.Restart.Policy, s.Optional = RestartNever, true
		orDefault(&s.Stdin, StdinEmpty) // nobody answers what it may ask
	}
	orDefault(&s.Stdin, StdinOpen)
	for _, check := range []*Check{&s.Ready.Check, &s.Health.Check} {
		if strings.HasPrefix(check.HTTP, "/") {
			check.HTTP = strings.TrimSuffix(s.url(), "/") + check.HTTP
		}
	}
	if s.Open {
		s.URL = s.url()
	}
	orDefault(&s.Ready.Timeout, 30*time.Second)
	orDefault(&s.Health.Interval, 30*time.Second)
	orDefault(&s.Health.Timeout, 5*time.Second)
	orDefault(&s.Health.Failures, 3)
	orDefault(&s.StopSignal, "TERM")
	orDefault(&s.StopTimeout, 5*time.Second)
	orDefault(&s.Restart.Policy, RestartAlways)
	orDefault(&s.Restart.MaxDelay, 30*time.Second)
	orDefault(&s.Restart.Window, time.Minute)
	orDefault(&s.Restart.GoodRun, 10*time.Second)
	return s
}

// shownTitle is a title as it can stand in a line of a terminal, a menu and a page: without
// control characters, and without those that change the direction of the text after them.
func shownTitle(title string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, title))
}

func orDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
