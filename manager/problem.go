package manager

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"agents-tray/manager/envfile"
	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/logs"
	"agents-tray/manager/spec"
)

// Problems that take more than their kind and a field or two are made by functions in this file.

// Kind sorts problems by what the user can do about them. Package words has the sentences
// of each.
type Kind string

const (
	PortHeld      Kind = "port-held"      // somebody else has the port
	PortBusy      Kind = "port-busy"      // the port is in use and nobody is seen to have it; it is tried again
	PortDenied    Kind = "port-denied"    // the user may not listen on the port
	NotFound      Kind = "not-found"      // its program does not exist
	NotExecutable Kind = "not-executable" // its program is there, but cannot be executed
	NoFolder      Kind = "no-folder"      // its working folder does not exist, or cannot be used
	PathHangs     Kind = "path-hangs"     // its folder or program did not answer
	NoAddress     Kind = "no-address"     // its listen address is none of this computer's now; it is tried again
	EnvFile       Kind = "env-file"       // its env_file cannot be read
	EnvTooLarge   Kind = "env-too-large"  // its environment is larger than the system takes
	CrashLoop     Kind = "crash-loop"     // it keeps ending with an error; given up
	FailedOnce    Kind = "failed-once"    // it ended with an error and is not to be restarted
	EndsByItself  Kind = "ends-by-itself" // it keeps ending with status 0; given up
	Background    Kind = "background"     // its process ended and left others behind: it went to the background
	BindsItself   Kind = "binds-itself"   // it binds the address that the guard holds for it
	NotReady      Kind = "not-ready"      // it runs but has not answered yet; it is waited for
	Elsewhere     Kind = "elsewhere"      // the same, and it listens, but not where its specification says
	Unhealthy     Kind = "unhealthy"      // it runs but has stopped answering
	NotAnswering  Kind = "not-answering"  // it is only watched, and does not answer
	CannotFork    Kind = "cannot-fork"    // the system starts no more processes now; it is tried again
	GuardFailed   Kind = "guard-failed"   // the guard could not do what it was asked
	NoGuard       Kind = "no-guard"       // no guard stays up, so nothing can be started
	LeftRunning   Kind = "left-running"   // processes of it could not be ended
)

// Problem is something wrong with a service, as data. Which fields are set depends on Kind
// and on what was found out.
type Problem struct {
	Kind  Kind   `json:"kind"`
	Title string `json:"title,omitempty"` // of the service; empty: it concerns all

	Port     int      `json:"port,omitempty"`      // that the service wants
	Holder   *Process `json:"holder,omitempty"`    // what is seen to have Port
	FreePort int      `json:"free_port,omitempty"` // that was free when the problem arose; only with PortHeld
	Own      bool     `json:"own,omitempty"`       // Holder is the same program, started elsewhere

	Path    string `json:"path,omitempty"`    // of the program, folder or file in question
	Line    int    `json:"line,omitempty"`    // in it, from 1
	Missing bool   `json:"missing,omitempty"` // Path is not there
	Foreign bool   `json:"foreign,omitempty"` // Path is no program for this computer, nor a script that names its interpreter
	// Mistake is what is wrong in an env_file, if it is not the system that says so.
	Mistake  *envfile.Mistake `json:"mistake,omitempty"`
	Searched string           `json:"searched,omitempty"` // PATH, where the program was looked for
	Login    string           `json:"login,omitempty"`    // PATH of the login shell, where it was looked for, too
	Size     int              `json:"size,omitempty"`     // of the environment, or of Variable, in bytes
	Variable string           `json:"variable,omitempty"` // of the environment, which alone is too large

	Proof    Proof         `json:"proof,omitempty"`    // what was waited for
	Expected string        `json:"expected,omitempty"` // where, or what, by Proof; the address it should be at; the interpreter that Path names
	Field    string        `json:"field,omitempty"`    // of the services file, which says Expected
	Seen     []string      `json:"seen,omitempty"`     // the addresses it listens at instead
	Answer   *Answer       `json:"answer,omitempty"`   // what the last check got
	Waited   time.Duration `json:"waited,omitempty"`   // for so long

	Exit *Exit  `json:"exit,omitempty"` // the end of its process that tells of it, without the lines
	Left []Left `json:"left,omitempty"` // processes of it that run on

	Detail string   `json:"detail,omitempty"` // what the system or a library says, in English
	Lines  []string `json:"lines,omitempty"`  // the last that the service printed, oldest first
	// Reasons is how many of Lines, at their beginning, are out of this order: they tell why.
	Reasons int `json:"reasons,omitempty"`

	Prose
}

// Prose is a problem in English sentences. Only package control sets it, in what it sends,
// for programs of another version, which know other kinds and fields.
type Prose struct {
	Summary string `json:"summary,omitempty"`
	Cause   string `json:"cause,omitempty"`
	Advice  string `json:"advice,omitempty"`
}

// Proof is what shows that a service is ready or healthy.
type Proof string

const (
	ProofHTTP     Proof = "http"     // an answer at the URL Expected
	ProofTCP      Proof = "tcp"      // a connection to the address Expected
	ProofLog      Proof = "log"      // a line that matches the pattern Expected
	ProofNotify   Proof = "notify"   // READY=1
	ProofWatchdog Proof = "watchdog" // WATCHDOG=1
)

// A Process is a program that runs.
type Process struct {
	Name string `json:"name,omitempty"`
	PID  int    `json:"pid,omitempty"`  // 0: it cannot be seen
	User string `json:"user,omitempty"` // that it belongs to, if that is another one
	// Platform says that it is the Python platform.
	Platform bool `json:"platform,omitempty"`
}

// Left is a process that was started here and is known to run, or may still run.
type Left struct {
	Process
	Service string     `json:"service,omitempty"` // its title
	Why     LeftReason `json:"why"`
	Detail  string     `json:"detail,omitempty"` // the system's error, in English
}

// LeftReason is why a process was left running.
type LeftReason string

const (
	NotPermitted LeftReason = "not-permitted" // it is another user's, who alone may end it
	NotKillable  LeftReason = "not-killable"  // it was killed, but does not end: it waits for a device or a network drive
	Traced       LeftReason = "traced"        // a debugger holds it
	StillEnding  LeftReason = "still-ending"  // it was killed, and takes its time
	NotSeen      LeftReason = "not-seen"      // the system's processes could not be looked at
)

// LeftOf returns what an error says could not be ended; none if it says nothing of that.
func LeftOf(err error) []Left {
	var e *proctree.LeftError
	if !errors.As(err, &e) {
		return nil
	}
	reasons := map[proctree.Why]LeftReason{
		proctree.NotPermitted: NotPermitted, proctree.Traced: Traced, proctree.Stuck: NotKillable, proctree.StillEnding: StillEnding,
	}
	var left []Left
	for _, p := range e.Left {
		left = append(left, Left{Process: Process{Name: logs.Plain(p.Name), PID: p.PID, User: p.User}, Why: reasons[p.Why]})
	}
	if e.Look != nil {
		left = append(left, Left{Why: NotSeen, Detail: e.Look.Error()})
	}
	return left
}

// mostShown bounds a line of a service's output that is told, in characters. Its log has the
// whole.
const mostShown = 400

// shorten returns lines with the ends of long ones left out.
func shorten(lines []string) []string {
	short := slices.Clone(lines)
	for i, line := range short {
		if runes := []rune(line); len(runes) > mostShown {
			short[i] = string(runes[:mostShown]) + "…"
		}
	}
	return short
}

// Shown returns at most so many of its lines: those that tell why, then the last of the others.
func (p *Problem) Shown(count int) []string {
	why := p.Lines[:min(p.Reasons, count, len(p.Lines))]
	rest := p.Lines[len(why):]
	return slices.Concat(why, rest[max(0, len(rest)-(count-len(why))):])
}

// Error returns the data of the problem for logs and tests. For people package words tells
// of it.
func (p *Problem) Error() string {
	data, err := json.Marshal(p)
	if err != nil {
		return string(p.Kind)
	}
	return "problem " + string(data)
}

// A holder is what has a port: a program by name, or, where its process cannot be seen (pid is
// 0), the user that it belongs to; all empty where nothing was seen.
type holder struct {
	name     string
	pid      int
	user     string
	line     string // its command line, see lineOf
	platform bool   // it is the Python platform
}

// portHeldProblem: another program listens on the service's port. free is a port that could
// take its place, 0 if none can.
func portHeldProblem(s spec.ServiceSpec, by holder, free int) *Problem {
	_, address := s.OwnAddress()
	p := &Problem{Kind: PortHeld, Title: s.Title, Port: spec.Port(address), FreePort: free}
	if by != (holder{}) {
		p.Holder = &Process{Name: by.name, PID: by.pid, User: by.user, Platform: by.platform}
		p.Own = s.Builtin == "" && (by.platform && startsPlatform(s.Command) || by.line != "" && by.line == lineOf(s.Command))
	}
	return p
}

// lineOf is a command line in which the folder of the program does not count.
func lineOf(command []string) string {
	if len(command) == 0 {
		return ""
	}
	return strings.Join(append([]string{filepath.Base(command[0])}, command[1:]...), "\x00")
}

// missingProgramProblem: the program is not there; searched is the PATH in which it was
// looked for, empty if it was given with its folder, login that of the login shell, if it was
// asked and told.
func missingProgramProblem(title, program, searched, login string) *Problem {
	p := &Problem{Kind: NotFound, Title: title, Path: program, Searched: searched}
	if searched != "" {
		p.Login = login
	}
	return p
}

// unpreparedProblem: what the service needs for a start cannot be read. The error is an
// *envfile.Error or an *Unreachable.
func unpreparedProblem(title string, err error) *Problem {
	if hangs, ok := errors.AsType[*Unreachable](err); ok {
		return &Problem{Kind: PathHangs, Title: title, Path: hangs.Path, Waited: hangs.Waited}
	}
	p := &Problem{Kind: EnvFile, Title: title, Detail: err.Error(), Missing: errors.Is(err, fs.ErrNotExist)}
	if at, ok := errors.AsType[*envfile.Error](err); ok {
		p.Path, p.Line, p.Waited, p.Detail = at.Path, at.Line, at.Waited, at.Err.Error()
		p.Mistake, _ = errors.AsType[*envfile.Mistake](at.Err) // nil if it is none
	}
	return p
}

// cannotForkProblem: the system starts no more processes now, because of why. It is tried again.
func cannotForkProblem(title, why string) *Problem {
	return &Problem{Kind: CannotFork, Title: title, Detail: why}
}

// guardProblem: no guard stays up, so nothing can be started.
func guardProblem(err error) *Problem {
	p := &Problem{Kind: NoGuard}
	if err != nil {
		p.Detail = err.Error()
	}
	return p
}

// exitProblem is a problem that the end of a process tells of.
func exitProblem(kind Kind, title string, exit *Exit) *Problem {
	return &Problem{Kind: kind, Title: title, Exit: exit.withoutLines(), Lines: exit.Lines, Reasons: exit.Reasons}
}

// backgroundProblem: its process ended and left others that ran on, which the supervisor has
// ended. left are their names.
func backgroundProblem(title string, exit *Exit, left []string) *Problem {
	p := exitProblem(Background, title, exit)
	for _, name := range left {
		p.Left = append(p.Left, Left{Process: Process{Name: logs.Plain(name)}})
	}
	return p
}

// bindsItselfProblem: it has ended because it could not bind the address that the guard holds for it.
func bindsItselfProblem(title, address string, exit *Exit) *Problem {
	p := exitProblem(BindsItself, title, exit)
	p.Expected, p.Port = address, spec.Port(address)
	return p
}

// afterFault is the problem of a process that was ended for a fault and has printed lines.
func afterFault(fault *Problem, exit *Exit) *Problem {
	p := *fault
	p.Exit, p.Lines, p.Reasons = exit.withoutLines(), exit.Lines, exit.Reasons
	return &p
}

// stillStartingProblem: it has not proved within its ready.timeout that it answers. It is
// waited for. err is what the last check got, nil without a check.
func stillStartingProblem(s spec.ServiceSpec, err error) *Problem {
	p := &Problem{Kind: NotReady, Title: s.Title, Waited: s.Ready.Timeout}
	p.Proof, p.Expected = proof(s.Ready)
	if err != nil && !s.Ready.Check.Empty() {
		p.Answer = answerOf(err)
	}
	return p
}

// elsewhereProblem: the same, and it listens at addresses that are not those it is asked at.
func elsewhereProblem(s spec.ServiceSpec, field, wanted string, has []string) *Problem {
	return &Problem{Kind: Elsewhere, Title: s.Title, Field: field, Expected: wanted, Seen: has}
}

// shownPattern is a regular expression in one line, which no control character leaves.
func shownPattern(expression string) string {
	var shown strings.Builder
	for _, r := range expression {
		if unicode.IsControl(r) {
			shown.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			shown.WriteRune(r)
		}
	}
	return shown.String()
}

// proof is what Ready waits for.
func proof(r spec.Ready) (Proof, string) {
	switch {
	case r.Log != "":
		return ProofLog, shownPattern(r.Log)
	case r.Notify:
		return ProofNotify, ""
	case r.TCP != "":
		return ProofTCP, r.TCP
	}
	return ProofHTTP, r.HTTP
}

// notAnsweringProblem: a service that is only watched does not answer. err is of the last check.
func notAnsweringProblem(s spec.ServiceSpec, err error) *Problem {
	return &Problem{Kind: NotAnswering, Title: s.Title, Answer: answerOf(err), Waited: s.Health.Interval}
}

// unhealthyProblem: its health checks failed, the last one with err.
func unhealthyProblem(title string, err error) *Problem {
	return &Problem{Kind: Unhealthy, Title: title, Answer: answerOf(err)}
}
