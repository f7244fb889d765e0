package dashboard

import (
	"cmp"
	"net/url"
	"os"
	"strings"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard"
	"agents-tray/manager/words"
)

// tone is one of the three state colours, or idle for none.
type tone string

const (
	good tone = "good"
	busy tone = "busy"
	bad  tone = "bad"
	idle tone = "idle"
)

// homeView is the content of the home page.
type homeView struct {
	page
	Tone     tone
	Headline string
	Summary  string
	Lost     *control.Problem // why Status is not current; else nil
	Status   *control.Status  // the last one received, or nil
	Services []service
	UnderWay []activeWorkflow
	Figures  *figures       // of the platform; nil: see stream
	Platform *control.Offer // to run from here, or nil
}

// service is a service as the page shows it.
type service struct {
	manager.Service
	Tone    tone
	Word    string
	Link    string    // URL, if a browser can open it
	Since   time.Time // start of its process; zero without one
	Trouble *serviceProblem

	CanOpen, CanStart, CanStop, CanRestart bool

	MoveTo int // a free port to use while its own is taken; 0: none

	Self bool // it is this Dashboard
	Lost bool // the instance does not answer
}

// serviceProblem is what is wrong with a service.
type serviceProblem struct {
	What, Why, Now string
	Reason         []string // what it has printed that says why it failed, as far as that can be told
}

// stoppedByYou is the word for manager.Stopped where it was asked for.
const stoppedByYou = "Stopped by you"

// notAnswering is a service that is only watched, and does not answer.
var notAnswering = stateWord{bad, "Not answering"}

type stateWord struct {
	tone tone
	word string
}

// stateWords describe each state.
var stateWords = map[manager.State]stateWord{
	manager.Stopped:    {idle, "Stopped"},
	manager.Waiting:    {busy, "Waiting for other services"},
	manager.Starting:   {busy, "Starting…"},
	manager.Ready:      {good, "Running"},
	manager.Stopping:   {busy, "Stopping…"},
	manager.BackingOff: {busy, "Restarting…"},
	manager.Completed:  {good, "Completed"},
	manager.Failed:     {bad, "Failed"},
}

// lastKnownWords describe each state when it may have changed since.
var lastKnownWords = map[manager.State]stateWord{
	manager.Stopped:    {idle, "Was stopped"},
	manager.Waiting:    {busy, "Was waiting"},
	manager.Starting:   {busy, "Was starting"},
	manager.Ready:      {good, "Was running"},
	manager.Stopping:   {busy, "Was stopping"},
	manager.BackingOff: {bad, "Had ended, was about to start again"},
	manager.Completed:  {good, "Had completed"},
	manager.Failed:     {bad, "Had failed"},
}

// view makes the home page of the last status received, and of the error that there is
// instead of a newer one. Either may be nil.
func view(status *control.Status, err error) homeView {
	o := homeView{page: page{Here: "/"}, Tone: idle, Headline: say("Not connected"), Status: status}
	if err != nil {
		problem := unreachable(err)
		o.Lost = &problem
	}
	if status != nil {
		for _, s := range status.Services {
			o.Services = append(o.Services, serviceView(s, o.Lost != nil))
		}
		if o.Lost == nil {
			o.UnderWay = workflowsView(status)
			o.Tone, o.Headline = headline(status)
			o.Summary = summary(status)
			o.Platform = platformOffer(status)
		} else {
			o.Summary = say("What follows was last known and may have changed.")
		}
	}
	o.Title = o.Headline
	return o
}

// headline is the state of the instance in a few words.
func headline(status *control.Status) (tone, string) {
	switch status.Phase {
	case manager.PhaseRunning:
		switch quitting := status.Quitting; {
		case quitting == nil:
			return good, say("Running")
		case quitting.Decided:
			return busy, say("About to quit")
		}
		return busy, say("Asks whether to quit")
	case manager.PhaseStarting:
		return busy, say("Starting…")
	case manager.PhaseStopping:
		return busy, say("Stopping…")
	case manager.PhaseTrouble:
		return bad, problemLine(status.Services)
	}
	return idle, say("Stopped")
}

// problemLine is the only problem, or the number of problems.
func problemLine(services []manager.Service) string {
	line, count := say("Something is wrong"), 0
	for _, s := range services {
		if t := problemView(s); t != nil {
			line = t.What
			count++
		}
	}
	if count > 1 {
		return say("{n} services have a problem", "{n}", count)
	}
	return line
}

// summary describes a pending request to quit, else how many services run. Completed ones
// are counted apart, since they are not meant to run any more.
func summary(status *control.Status) string {
	if status.Quitting != nil && status.Phase != manager.PhaseStopping {
		return quittingSummary(status.Quitting)
	}
	all, ready, completed := 0, 0, 0
	for _, s := range status.Services {
		switch {
		case s.Once:
			continue
		case s.State == manager.Completed:
			completed++
			continue
		case s.State == manager.Ready:
			ready++
		}
		all++
	}
	return strings.TrimSpace(runningSummary(ready, all) + " " + completedSummary(completed, all))
}

// quittingSummary describes a request to quit that waits for workflows.
func quittingSummary(quitting *control.Quitting) string {
	values := []any{"{n}", quitting.Workflows, "{clock}", language.Clock(quitting.Deadline)}
	switch one := quitting.Workflows == 1; {
	case quitting.Decided && one:
		return say("Quits after 1 workflow, at {clock} at the latest.", values...)
	case quitting.Decided:
		return say("Quits after {n} workflows, at {clock} at the latest.", values...)
	case one:
		return say("1 workflow is running. Answer in the tray menu by {clock}, or it is finished first.", values...)
	}
	return say("{n} workflows are running. Answer in the tray menu by {clock}, or they are finished first.", values...)
}

func runningSummary(ready, all int) string {
	switch {
	case all == 0:
		return ""
	case all == 1 && ready == 1:
		return say("The service is running.")
	case all == 2 && ready == 2:
		return say("Both services are running.")
	case all == ready:
		return say("All {n} services are running.", "{n}", all)
	case ready == 1:
		return say("1 of {n} services is running.", "{n}", all)
	}
	return say("{ready} of {n} services are running.", "{ready}", ready, "{n}", all)
}

func completedSummary(completed, others int) string {
	switch {
	case completed == 0:
		return ""
	case others == 0:
		return say("All services have done their work.")
	case completed == 1:
		return say("1 has done its work.")
	}
	return say("{n} have done their work.", "{n}", completed)
}

// wordsOf describes a service's state; with lost, the last known one.
func wordsOf(s manager.Service, lost bool) stateWord {
	said := stateWords[s.State]
	switch {
	case lost:
		said = stateWord{idle, lastKnownWords[s.State].word}
	case s.State == manager.Stopped && s.ByHand:
		said.word = stoppedByYou
	case s.Watched && s.State == manager.Starting && s.Problem != nil:
		said = notAnswering
	}
	if said.word == "" {
		said = stateWord{idle, string(s.State)}
	}
	said.word = say(said.word)
	return said
}

func serviceView(s manager.Service, lost bool) service {
	said := wordsOf(s, lost)
	v := service{Service: s, Tone: said.tone, Word: said.word, Trouble: problemView(s), Self: isSelf(s), Lost: lost}
	v.Title = cmp.Or(s.Title, s.Name)
	if s.State == manager.Waiting && s.WaitsFor != "" && !lost {
		v.Word = say("Waiting for {service}", "{service}", s.WaitsFor)
	}
	if s.Problem != nil && v.Tone == busy {
		v.Tone = bad
	}
	if s.State.Live() {
		v.Since = s.Started
	}
	if link, err := url.Parse(s.URL); err == nil && (link.Scheme == "http" || link.Scheme == "https") {
		v.Link = s.URL
	}
	if lost {
		v.Tone = idle
		return v
	}
	v.CanOpen = s.State == manager.Ready
	if s.Problem != nil {
		v.MoveTo = s.Problem.FreePort
	}
	v.CanStart = s.State.Idle()
	v.CanStop = !v.CanStart && s.State != manager.Stopping
	v.CanRestart = s.State == manager.Ready || s.State == manager.Starting || s.State == manager.BackingOff
	return v
}

// isSelf reports whether s is this Dashboard: by its process id, or by its name, since a
// wrapper command has another process id.
func isSelf(s manager.Service) bool { return s.PID == os.Getpid() || s.Name == ownName }

// ownName is the name of this service in the services file.
var ownName = cmp.Or(guard.ServiceName(), "dashboard")

// Host is the service's host and port, or "".
func (s service) Host() string {
	if s.Address != "" {
		return s.Address
	}
	if link, err := url.Parse(s.Link); err == nil {
		return link.Host
	}
	return ""
}

// defaultAdvice is what to do about a problem that comes without advice.
func defaultAdvice() string { return say("Look at its log for the reason, then start it again.") }

func problemView(s manager.Service) *serviceProblem {
	var t serviceProblem
	switch {
	case s.Problem != nil:
		said := language.Problem(s.Problem)
		t.What, t.Why, t.Now = said.Summary, said.Cause, said.Advice
	case s.State == manager.Failed:
		t.What = say("{service} failed", "{service}", cmp.Or(s.Title, s.Name))
	default:
		return nil
	}
	if exit := s.LastExit; exit != nil && exit.Failure() {
		t.Reason = exit.Why()
		if t.Why == "" {
			t.Why = say("Its last process {exit}", "{exit}", language.Exit(*exit))
		}
	}
	if s.Problem != nil && len(s.Problem.Lines) > 0 {
		t.Reason = s.Problem.Shown(s.Problem.Reasons)
	}
	t.Why, t.Now = words.Sentence(t.Why), words.Sentence(cmp.Or(t.Now, defaultAdvice()))
	return &t
}

// Failed reports whether the service's last process failed. LastExit must be set.
func (s service) Failed() bool { return s.LastExit.Failure() }

// Exit describes how the service's last process ended. LastExit must be set.
func (s service) Exit() string { return language.Exit(*s.LastExit) }
