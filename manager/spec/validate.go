package spec

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// NamePattern is what the name of a service matches.
const NamePattern = `^[a-z0-9][a-z0-9_-]*$`

// MaxName is how long the name of a service may be, in bytes: its logs are called so, name.log.2
// among them, and no file system takes more than 255.
const MaxName = 255 - len(".log.2")

var validName = regexp.MustCompile(NamePattern)

// stopSignals are the signals that ask a service to stop.
var stopSignals = []string{"TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "KILL"}

// Validate reports the first thing that is wrong with the specification by itself, as
// a *Error; see ValidateAll for several together, and all that is wrong.
func (s ServiceSpec) Validate() error {
	if found := s.mistakes(); len(found) > 0 {
		return found[0]
	}
	return nil
}

// mistakes returns all that is wrong with the specification by itself.
func (s ServiceSpec) mistakes() []*Error {
	found := collector{service: s.Name}
	found.when(!validName.MatchString(s.Name), "name", BadName, "{name}", quoted(s.Name))
	found.when(validName.MatchString(s.Name) && len(s.Name) > MaxName, "name", LongName, "{length}", len(s.Name), "{most}", MaxName)
	found.when(!s.Watched() && (len(s.Command) == 0 || s.Command[0] == ""), "command", NoCommand)
	found.when(!slices.Contains([]Stdin{"", StdinOpen, StdinEmpty}, s.Stdin), "stdin", NotOneOf, "{text}", quoted(string(s.Stdin)), "{list}", "open, empty", "{meant}", "")
	found.when(s.StopSignal != "" && !slices.Contains(stopSignals, s.StopSignal), "stop.signal", NotOneOf, "{text}", quoted(s.StopSignal), "{list}", strings.Join(stopSignals, ", "), "{meant}", "")
	found.when(s.StopTimeout < 0, "stop.timeout", Negative)
	for _, pair := range s.Env {
		name, _, ok := strings.Cut(pair, "=")
		found.when(!ok || name == "", "env", NotNameValue, "{text}", quoted(pair))
	}
	if s.Listen != "" {
		found.err("listen", validAddress(s.Listen))
	}
	if s.URL != "" {
		found.err("url", validURL(s.URL))
	}
	found.when(!HandsOver && slices.ContainsFunc(s.Command, func(a string) bool { return strings.Contains(a, "{fd}") }),
		"command", NoSockets)
	if s.Listen == "" && !s.Once {
		for _, where := range []struct {
			field string
			texts []string
		}{{"command", s.Command}, {"env", s.Env}} {
			if name := placeholderIn(where.texts); name != "" {
				found.err(where.field, Wrong(NoListen, "{name}", name))
			}
		}
	}
	s.Ready.validate(found.below("ready"))
	s.Health.validate(found.below("health"))
	for _, c := range []struct {
		key string
		Check
	}{{"ready", s.Ready.Check}, {"health", s.Health.Check}} {
		found.when(HandsOver && !CountsWaiting && s.HeldPort(c.TCP), c.key+".tcp", HeldOpen)
		found.when(strings.HasPrefix(c.HTTP, "/") && s.url() == "", c.key+".http", PathWithoutURL, "{path}", quoted(c.HTTP))
	}
	s.Restart.validate(found.below("restart"))
	for _, dep := range s.Dependencies() {
		condition := s.DependsOn[dep]
		found.when(condition != ConditionStarted && condition != ConditionReady && condition != ConditionCompleted,
			"depends_on."+dep, NotOneOf, "{text}", quoted(string(condition)), "{list}", "started, ready, completed", "{meant}", "")
	}
	return found.mistakes
}

// placeholderIn returns the first of {listen}, {host}, {port} and {fd} that stands in one of
// the texts, "" if there is none. ${port} is a variable.
func placeholderIn(texts []string) string {
	for _, text := range texts {
		for _, name := range []string{"{listen}", "{host}", "{port}", "{fd}"} {
			if before, _, found := strings.Cut(text, name); found && !strings.HasSuffix(before, "$") {
				return name
			}
		}
	}
	return ""
}

// A collector gathers the errors of one service's specification.
type collector struct {
	service  string
	mistakes []*Error
}

func (c *collector) err(field string, err error) {
	if err != nil {
		c.mistakes = append(c.mistakes, &Error{c.service, field, err})
	}
}

func (c *collector) when(wrong bool, field string, kind MistakeKind, values ...any) {
	if wrong {
		c.err(field, Wrong(kind, values...))
	}
}

// quoted is a text as a message shows it.
func quoted(text string) string { return fmt.Sprintf("%.200q", text) }

// below returns a function that adds errors of the fields below field; nil is ignored.
func (c *collector) below(field string) func(key string, err error) {
	return func(key string, err error) { c.err(field+"."+key, err) }
}

// HeldPort reports whether an address is the one that the guard holds open for the
// service. The kernel accepts connections on it without the service, so one proves nothing.
func (s ServiceSpec) HeldPort(address string) bool {
	return HandsOver && s.Listen != "" && Port(address) == Port(s.Listen)
}

func validAddress(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return Wrong(NotHostPort, "{text}", quoted(address))
	}
	if n := portNumber(port); n == 0 {
		return Wrong(BadPort, "{text}", quoted(address))
	}
	if host == "" {
		return Wrong(NoHost, "{text}", quoted(address))
	}
	return nil
}

// validURL allows what a browser shows as a page, and nothing that it would run, read from
// the disk or take for an option of its command.
func validURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Hostname() == "" && u.Port() == "" || !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
		return Wrong(NotAPage, "{text}", quoted(text))
	}
	if u.Port() != "" && portNumber(u.Port()) == 0 {
		return Wrong(BadPort, "{text}", quoted(text))
	}
	return nil
}

// unless returns an error if fine is false.
func unless(fine bool, kind MistakeKind, values ...any) error {
	if fine {
		return nil
	}
	return Wrong(kind, values...)
}

// pattern returns the error of a regular expression that does not compile.
func pattern(expression string) error {
	if _, err := regexp.Compile(expression); err != nil {
		return Wrong(BadPattern, "{detail}", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return nil
}

func (c Check) validate(found func(key string, err error)) {
	if c.HTTP != "" && c.TCP != "" {
		found("tcp", Wrong(HTTPAlready))
	}
	switch isURL := strings.HasPrefix(c.HTTP, "http://") || strings.HasPrefix(c.HTTP, "https://"); {
	case isURL:
		found("http", validURL(c.HTTP))
	case c.HTTP != "" && !strings.HasPrefix(c.HTTP, "/"):
		found("http", Wrong(NotPathOrURL, "{text}", quoted(c.HTTP)))
	}
	found("status", unless(c.Status == 0 || c.Status >= 100 && c.Status <= 599, NoStatus, "{text}", c.Status))
	found("http", unless(c.HTTP != "" || c.Status == 0 && c.Body == "", NeedsHTTP))
	if c.TCP != "" {
		found("tcp", validAddress(c.TCP))
	}
	found("body", pattern(c.Body))
}

func (r Ready) validate(found func(key string, err error)) {
	r.Check.validate(found)
	kinds := 0
	for _, given := range []bool{r.HTTP != "" || r.TCP != "", r.Log != "", r.Notify} {
		if given {
			kinds++
		}
	}
	found("log", unless(kinds <= 1, TooManyChecks, "{list}", "http, tcp, log, notify"))
	found("notify", unless(!r.Notify || Notifies, NoSuchProtocol, "{list}", "http, tcp, log"))
	found("timeout", unless(r.Timeout >= 0, Negative))
	found("log", pattern(r.Log))
}

func (h Health) validate(found func(key string, err error)) {
	h.Check.validate(found)
	found("notify", unless(!h.Notify || h.HTTP == "" && h.TCP == "", TooManyChecks, "{list}", "http, tcp, notify"))
	found("notify", unless(!h.Notify || Notifies, NoSuchProtocol, "{list}", "http, tcp"))
	found("interval", unless(h.Interval >= 0, Negative))
	found("timeout", unless(h.Timeout >= 0, Negative))
	found("failures", unless(h.Failures >= 0, Negative))
}

func (r Restart) validate(found func(key string, err error)) {
	switch r.Policy {
	case "", RestartAlways, RestartOnFailure, RestartNever:
	default:
		found("policy", Wrong(NotOneOf, "{text}", quoted(string(r.Policy)), "{list}", "always, on-failure, never", "{meant}", ""))
	}
	for _, t := range []struct {
		key string
		time.Duration
	}{{"delay", r.Delay}, {"max_delay", r.MaxDelay}, {"give_up", r.Window}, {"good_run", r.GoodRun}} {
		found(t.key, unless(t.Duration >= 0, Negative))
	}
	found("give_up", unless(r.GiveUp >= -1, Negative))
}
