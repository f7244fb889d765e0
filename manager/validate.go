package manager

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	"agents-tray/manager/guard"
)

var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// stopSignals are the signals that ask a service to stop.
var stopSignals = []string{"TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "KILL"}

// Validate reports the first thing that is wrong with the specification by itself, as
// a *SpecError; see ValidateAll for several together.
func (s ServiceSpec) Validate() error {
	fault := func(field, format string, arguments ...any) error {
		return &SpecError{s.Name, field, fmt.Errorf(format, arguments...)}
	}
	switch {
	case !validName.MatchString(s.Name):
		return fault("name", "%q is no name: use lower-case letters, digits, '-' and '_'", s.Name)
	case len(s.Command) == 0 || s.Command[0] == "":
		return fault("command", "no command given")
	case s.StopSignal != "" && !slices.Contains(stopSignals, s.StopSignal):
		return fault("stop.signal", "%q is not one of %s", s.StopSignal, strings.Join(stopSignals, ", "))
	case s.StopTimeout < 0:
		return fault("stop.timeout", "a timeout cannot be negative")
	}
	for _, pair := range s.Env {
		if name, _, ok := strings.Cut(pair, "="); !ok || name == "" {
			return fault("env", "%q is not NAME=value", pair)
		}
	}
	if s.Listen != "" {
		if err := validAddress(s.Listen); err != nil {
			return fault("listen", "%w", err)
		}
	}
	if !guard.HandsOver && slices.ContainsFunc(s.Command, func(a string) bool { return strings.Contains(a, "{fd}") }) {
		return fault("command", "{fd} is not to be had on this system: it cannot hand over sockets. Use {listen} or {port}")
	}
	if field, err := s.Ready.validate(); err != nil {
		return fault("ready."+field, "%w", err)
	}
	if field, err := s.Health.validate(); err != nil {
		return fault("health."+field, "%w", err)
	}
	for field, address := range map[string]string{"ready.tcp": s.Ready.TCP, "health.tcp": s.Health.TCP} {
		if guard.HandsOver && !guard.CountsWaiting && s.heldPort(address) {
			return fault(field, "the guard holds that port open, so a connection proves nothing: use http, log or notify")
		}
	}
	for field, check := range map[string]Check{"ready.http": s.Ready.Check, "health.http": s.Health.Check} {
		if strings.HasPrefix(check.HTTP, "/") && s.url() == "" {
			return fault(field, "%q is a path, but the service has no url or listen that it could be on", check.HTTP)
		}
	}
	if field, err := s.Restart.validate(); err != nil {
		return fault("restart."+field, "%w", err)
	}
	for dep, condition := range s.DependsOn {
		if condition != ConditionStarted && condition != ConditionReady && condition != ConditionCompleted {
			return fault("depends_on."+dep, "%q is not a condition: use started, ready or completed", condition)
		}
	}
	return nil
}

// heldPort reports whether an address is the one that the guard holds open for the
// service: that connections are taken there proves nothing by itself.
func (s ServiceSpec) heldPort(address string) bool {
	return guard.HandsOver && s.Listen != "" && portOf(address) == portOf(s.Listen)
}

func validAddress(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is not host:port, such as 127.0.0.1:9000", address)
	}
	if n := portNumber(port); n == 0 {
		return fmt.Errorf("%q: a port is a number from 1 to 65535", address)
	}
	if host == "" {
		return fmt.Errorf("%q: name the address too, 127.0.0.1 for this computer only", address)
	}
	return nil
}

func (c Check) validate() (field string, err error) {
	switch {
	case c.HTTP != "" && c.TCP != "":
		return "tcp", errors.New("there is http already: use one of them")
	case c.HTTP != "" && !strings.HasPrefix(c.HTTP, "/") && !strings.HasPrefix(c.HTTP, "http://") && !strings.HasPrefix(c.HTTP, "https://"):
		return "http", fmt.Errorf("%q is neither a path such as /healthz nor a URL that begins with http:// or https://", c.HTTP)
	case c.Status != 0 && (c.Status < 100 || c.Status > 599):
		return "status", fmt.Errorf("%d is no HTTP status", c.Status)
	case (c.Status != 0 || c.Body != "") && c.HTTP == "":
		return "http", errors.New("missing: status and body are about its answer")
	}
	if c.TCP != "" {
		if err := validAddress(c.TCP); err != nil {
			return "tcp", err
		}
	}
	if _, err := regexp.Compile(c.Body); err != nil {
		return "body", err
	}
	return "", nil
}

func (r Ready) validate() (field string, err error) {
	if field, err := r.Check.validate(); err != nil {
		return field, err
	}
	ways := 0
	for _, way := range []bool{r.HTTP != "" || r.TCP != "", r.Log != "", r.Notify} {
		if way {
			ways++
		}
	}
	switch {
	case ways > 1:
		return "log", errors.New("use one of http, tcp, log and notify")
	case r.Notify && !guard.Notifies:
		return "notify", errors.New("this system has no such protocol: use http, tcp or log")
	case r.Timeout < 0:
		return "timeout", errors.New("a timeout cannot be negative")
	}
	if _, err := regexp.Compile(r.Log); err != nil {
		return "log", err
	}
	return "", nil
}

func (h Health) validate() (field string, err error) {
	if field, err := h.Check.validate(); err != nil {
		return field, err
	}
	switch {
	case h.Notify && (h.HTTP != "" || h.TCP != ""):
		return "notify", errors.New("use one of http, tcp and notify")
	case h.Notify && !guard.Notifies:
		return "notify", errors.New("this system has no such protocol: use http or tcp")
	case h.Interval < 0:
		return "interval", errors.New("it cannot be negative")
	case h.Timeout < 0:
		return "timeout", errors.New("it cannot be negative")
	case h.Failures < 0:
		return "failures", errors.New("it cannot be negative")
	}
	return "", nil
}

func (r Restart) validate() (field string, err error) {
	switch r.Policy {
	case "", RestartAlways, RestartOnFailure, RestartNever:
	default:
		return "policy", fmt.Errorf("%q is not one of always, on-failure, never", r.Policy)
	}
	for field, d := range map[string]time.Duration{"delay": r.Delay, "max_delay": r.MaxDelay, "give_up": r.Window, "good_run": r.GoodRun} {
		if d < 0 {
			return field, errors.New("it cannot be negative")
		}
	}
	if r.GiveUp < -1 {
		return "give_up", errors.New("it cannot be negative")
	}
	return "", nil
}
