package manager

import (
	"fmt"
	"strings"

	"agents-tray/manager/spec"
)

// All problems are made in this file, each kind by one function from what was found out.

// Kind sorts problems by what the user can do about them.
type Kind string

const (
	PortHeld     Kind = "port-held"      // somebody else has the port
	PortBusy     Kind = "port-busy"      // the port is in use and nobody is seen to have it; it is tried again
	NotFound     Kind = "not-found"      // its program or folder does not exist, or cannot be executed
	EnvFile      Kind = "env-file"       // its env_file cannot be read
	CrashLoop    Kind = "crash-loop"     // it ended with an error, or keeps doing so; given up
	EndsByItself Kind = "ends-by-itself" // it keeps ending with status 0; given up
	Background   Kind = "background"     // its process ended and left others behind: it went to the background
	BindsItself  Kind = "binds-itself"   // it binds the address that the guard holds for it
	NotReady     Kind = "not-ready"      // it runs but has not answered yet; it is waited for
	Elsewhere    Kind = "elsewhere"      // the same, and it listens, but not where its specification says
	Unhealthy    Kind = "unhealthy"      // it runs but has stopped answering
	GuardFailed  Kind = "guard-failed"   // the guard could not do what it was asked
)

// Problem is something wrong with a service, in words: what, why, what to do.
type Problem struct {
	Kind    Kind   `json:"kind"`
	Summary string `json:"summary"`          // one line for a menu: "Port 7860 is taken by node (pid 812)"
	Cause   string `json:"cause,omitempty"`  // "It ended with an error (exit 3)", if Summary does not say
	Advice  string `json:"advice,omitempty"` // "Stop node, or use another port for Chat: 7862 is free"
	// Lines are the last that it printed, oldest first.
	Lines []string `json:"lines,omitempty"`
	// FreePort is a port that was free when the problem arose; only with PortHeld.
	FreePort int `json:"free_port,omitempty"`
}

func (p *Problem) Error() string {
	words := p.Summary
	for _, more := range []string{p.Cause, p.Advice} {
		if more != "" {
			words += ". " + more
		}
	}
	if len(p.Lines) > 0 {
		words += ". Its last lines:"
		for _, line := range p.Lines[max(0, len(p.Lines)-shownLines):] {
			words += "\n    " + line
		}
	}
	return words
}

// shownLines is how many of a service's last lines are part of an error.
const shownLines = 10

// A holder is what has a port: a program by name, or, where its process cannot be seen (pid is
// 0), the user that it belongs to; all empty where nothing was seen.
type holder struct {
	name string
	pid  int
	user string
}

// portHeldProblem: another program listens on the service's port. free is a port that could
// take its place, 0 if none can.
func portHeldProblem(title string, port int, by holder, free int) *Problem {
	p := &Problem{Kind: PortHeld, FreePort: free}
	switch {
	case by.pid != 0:
		p.Summary = fmt.Sprintf("Port %d is taken by %s (pid %d)", port, by.name, by.pid)
		p.Advice = "Stop " + by.name
	case by.user != "":
		p.Summary = fmt.Sprintf("Port %d is taken by a program of another user (%s)", port, by.user)
		p.Advice = "Stop it"
	default:
		p.Summary = fmt.Sprintf("Port %d is taken; by which program cannot be seen", port)
		p.Advice = "Stop that program"
	}
	if free != 0 {
		p.Advice += fmt.Sprintf(", or use another port for %s: %d is free", title, free)
	}
	return p
}

// portBusyProblem: the port is in use, but nobody is seen to have it, or only what is left of
// the service's own earlier run. It is tried again until then.
func portBusyProblem(title string, port int) *Problem {
	return &Problem{
		Kind: PortBusy, Summary: fmt.Sprintf("%s waits for port %d to be free", title, port),
		Cause: "The connections of its earlier run are still being closed, which takes up to a minute",
	}
}

// notFoundProblem: the program or its folder is missing or cannot be executed. why names it.
func notFoundProblem(title, why string) *Problem {
	return &Problem{
		Kind: NotFound, Summary: title + " cannot be started", Cause: capital(why),
		Advice: "Install it, or correct the command, then start it again",
	}
}

// envFileProblem: the service's env_file cannot be read.
func envFileProblem(title string, err error) *Problem {
	return &Problem{
		Kind: EnvFile, Summary: title + " cannot be started", Cause: "Its env_file cannot be read: " + err.Error(),
		Advice: "Correct the file, or take it out of the services file, then start it again",
	}
}

// refusedProblem: the guard could not start the process for another reason.
func refusedProblem(title, why string) *Problem {
	return &Problem{Kind: GuardFailed, Summary: title + " cannot be started", Cause: capital(why)}
}

// guardProblem: no guard stays up, so nothing can be started.
func guardProblem(err error) *Problem {
	return &Problem{
		Kind: GuardFailed, Summary: "Services cannot be started",
		Cause:  fmt.Sprintf("The guard process keeps ending (%v)", orUnknown(err)),
		Advice: "Quit, and start again",
	}
}

// keepsEndingProblem: it has ended with status 0 so often that it was given up.
func keepsEndingProblem(title string, exit *Exit) *Problem {
	return &Problem{
		Kind: EndsByItself, Summary: title + " keeps ending by itself", Cause: "It " + exit.Words + " each time",
		Advice: "If that is how it is meant to be, set restart: on-failure for it in the services file; if not, look at its log for the reason",
		Lines:  exit.Lines,
	}
}

// backgroundProblem: its process ended and left others that ran on, which the supervisor has
// ended. left are their names.
func backgroundProblem(title string, exit *Exit, left []string) *Problem {
	return &Problem{
		Kind: Background, Summary: title + " went to the background", Cause: fmt.Sprintf("Its process ended with status %d and left %s running, as a daemon does", exit.Code, strings.Join(left, ", ")),
		Advice: "Have it stay in the foreground: give its command the option for that, such as daemon off, --nodaemon or -f, or take away the one that sends it to the background",
		Lines:  exit.Lines,
	}
}

// bindsItselfProblem: it has ended because it could not bind the address that the guard holds for it.
func bindsItselfProblem(title, address string, exit *Exit) *Problem {
	return &Problem{
		Kind: BindsItself, Summary: title + " binds " + address + " itself", Cause: "It " + exit.Words + ": with listen: in the services file the address is bound for it already and handed over",
		Advice: "Take listen: out and give it url: http://" + address + " instead, or have it take the socket that is handed over ({fd})",
		Lines:  exit.Lines,
	}
}

// failedProblem: it ended with an error and is not to be restarted.
func failedProblem(title string, exit *Exit) *Problem { return exitProblem(title+" failed", exit) }

// crashLoopProblem: it has ended so often that it was given up.
func crashLoopProblem(title string, exit *Exit) *Problem {
	return exitProblem(title+" keeps crashing", exit)
}

func exitProblem(what string, exit *Exit) *Problem {
	return &Problem{
		Kind: CrashLoop, Summary: what, Cause: "It " + exit.Words,
		Advice: "Look at its log for the reason, then start it again", Lines: exit.Lines,
	}
}

// afterFault is the problem of a process that was ended for a fault and has printed lines.
func afterFault(fault *Problem, exit *Exit) *Problem {
	p := *fault
	p.Advice, p.Lines = "Look at its log for the reason, then start it again", exit.Lines
	return &p
}

// stillStartingProblem: it has not proved within its ready.timeout that it answers. It is
// waited for. err is what the last check got, nil without a check; lines are the last it printed.
func stillStartingProblem(s spec.ServiceSpec, err error, lines []string) *Problem {
	cause := fmt.Sprintf("It did not %s yet", proof(s.Ready))
	if err != nil {
		cause += " (" + err.Error() + ")"
	}
	return &Problem{
		Kind: NotReady, Summary: fmt.Sprintf("%s is still starting after %s", s.Title, InWords(s.Ready.Timeout)), Cause: cause,
		Advice: "Wait, restart it, or look at its log for the reason. If it always takes longer, set a longer ready.timeout for it in the services file",
		Lines:  lines,
	}
}

// elsewhereProblem: the same, and it listens at addresses that are not those it is asked at.
func elsewhereProblem(s spec.ServiceSpec, field, wanted string, has []string, lines []string) *Problem {
	return &Problem{
		Kind: Elsewhere, Summary: fmt.Sprintf("%s listens at %s", s.Title, strings.Join(has, ", ")),
		Cause:  fmt.Sprintf("Nothing of it answers at %s, which its %s says", wanted, field),
		Advice: fmt.Sprintf("Correct %s in the services file, or have it listen at %s", field, wanted),
		Lines:  lines,
	}
}

// proof says what Ready waits for, to follow "it did not".
func proof(r spec.Ready) string {
	switch {
	case r.Log != "":
		return fmt.Sprintf("print a line that matches %q", r.Log)
	case r.Notify:
		return "say READY=1"
	}
	return strings.TrimSpace("answer at " + r.HTTP + r.TCP)
}

// unhealthyProblem: its health checks failed, the last one with err.
func unhealthyProblem(title string, err error) *Problem {
	return &Problem{
		Kind: Unhealthy, Summary: title + " stopped answering", Cause: capital(err.Error()),
		Advice: "Look at its log for the reason",
	}
}
