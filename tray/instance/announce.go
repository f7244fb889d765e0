package instance

import (
	"slices"
	"strings"
	"sync"
	"time"

	"agents-tray/manager"
	"agents-tray/tray"
	"agents-tray/tray/words"
)

// gatherTime is how long a failure waits for others, so that one message tells of all that
// fail together.
const gatherTime = 300 * time.Millisecond

// Keys of the messages, of which there is one each at a time.
const (
	aboutTrouble  = "trouble"
	aboutUnclean  = "unclean"
	aboutQuit     = "quit"
	aboutOpening  = "opening "
	aboutNoTray   = "no tray"
	aboutServices = "services file"
)

// announcer shows messages about services that have failed or recovered. It coalesces
// changes that come together, and tells nothing twice.
type announcer struct {
	language words.Language
	show     func(tray.Notification)
	withdraw func(key string)
	// openFront is the button that opens the page that stands for the whole, if there is one.
	openFront func() []tray.Action

	mu     sync.Mutex
	latest manager.Snapshot
	told   []manager.Service // whose failure or slowness is told
	timer  *time.Timer       // until what is new is told; nil: nothing is
	closed bool
}

// look takes the present state. Messages about it come after gatherTime.
func (a *announcer) look(snapshot manager.Snapshot) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.latest = snapshot
	if a.timer == nil && !a.closed && !same(troubled(snapshot), a.told) {
		a.timer = time.AfterFunc(gatherTime, a.tell)
	}
}

// tell says what has changed since it was last said.
func (a *announcer) tell() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.timer = nil
	now, before := troubled(a.latest), a.told
	if a.closed || same(now, before) {
		return // it has recovered meanwhile
	}
	if len(now) == 0 && anyOf(a.latest, before, func(s manager.State) bool { return !s.Idle() && s != manager.Ready }) {
		return // they are starting: wait for the outcome
	}
	a.told = now
	switch {
	case len(now) > 0:
		a.show(a.failure(now))
	case anyOf(a.latest, before, manager.State.Idle), !slices.ContainsFunc(before, isFailed): // they were stopped, or have come at last
		a.withdraw(aboutTrouble)
	default:
		a.show(a.recovery(before))
	}
}

// close stops all messages.
func (a *announcer) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	if a.timer != nil {
		a.timer.Stop()
	}
}

func (a *announcer) failure(services []manager.Service) tray.Notification {
	say := a.language.Say
	n, rest := tray.Notification{Key: aboutTrouble, Urgent: slices.ContainsFunc(services, isFailed)}, services
	if len(services) == 1 {
		p, name := services[0].Problem, services[0].Name
		n.Summary = a.language.Problem(p).Summary
		n.Body = a.explain(p)
		n.Actions = []tray.Action{
			{Label: say(words.OpenLog), Intent: tray.Intent{Verb: tray.ShowLog, Service: name}},
			{Label: say(words.Restart), Intent: tray.Intent{Verb: tray.Restart, Service: name}},
		}
		if services[0].Watched { // it has no log here, nor can it be restarted
			n.Actions = nil
		}
		if p.FreePort != 0 {
			n.Actions[1] = tray.Action{
				Label:  say(words.UsePort, p.FreePort, services[0].Title),
				Intent: tray.Intent{Verb: tray.Move, Service: name, Port: p.FreePort},
			}
		}
	} else {
		n.Summary = say(words.GaveUpMany, len(services))
		if slices.ContainsFunc(services, isSlow) {
			n.Summary = a.language.Problem(services[0].Problem).Summary
			rest = services[1:]
		}
		var lines []string
		for _, service := range rest {
			lines = append(lines, a.language.Problem(service.Problem).Summary)
		}
		n.Body = strings.Join(lines, "\n")
		n.Actions = append(a.openFront(), tray.Action{Label: say(words.RestartAll), Intent: tray.Intent{Verb: tray.RestartAll}})
	}
	n.Actions = append(n.Actions, tray.Action{Label: say(words.Dismiss)})
	return n
}

// explain is a problem's cause and advice, with as many of the service's last lines as
// a notification has room for.
func (a *announcer) explain(p *manager.Problem) string {
	var sentences []string
	said := a.language.Problem(p)
	for _, text := range []string{said.Cause, said.Advice} {
		if text != "" {
			sentences = append(sentences, text+".")
		}
	}
	lines := p.Shown(2)
	return strings.Join(append([]string{strings.Join(sentences, " ")}, lines...), "\n")
}

func (a *announcer) recovery(services []manager.Service) tray.Notification {
	n := tray.Notification{Key: aboutTrouble, Summary: a.language.Say(words.BackMany)}
	if len(services) == 1 {
		service := services[0]
		n.Summary = a.language.Say(words.BackAgain, service.Title)
		n.Actions = []tray.Action{{Label: a.language.Say(words.Open), Intent: tray.Intent{Verb: tray.Open, Service: service.Name}}}
		if service.URL == "" {
			n.Actions = nil
		}
	}
	return n
}

// troubled are the services that were given up, or are still starting after the time that they
// are given for it.
func troubled(s manager.Snapshot) []manager.Service {
	var services []manager.Service
	for _, service := range s.Services {
		if service.Problem != nil && (isFailed(service) || isSlow(service)) {
			services = append(services, service)
		}
	}
	return services
}

func isFailed(s manager.Service) bool { return s.State == manager.Failed }

// isSlow reports whether a service runs and is not ready in its time.
func isSlow(s manager.Service) bool {
	return s.State == manager.Starting && s.Problem != nil && (s.Problem.Kind == manager.NotReady || s.Problem.Kind == manager.Elsewhere || s.Problem.Kind == manager.NotAnswering)
}

// same reports whether these are the same failures. One that has failed again counts as
// another: its problem is a new one. What is found out about a process that is slow may change
// again and again.
func same(a, b []manager.Service) bool {
	return slices.EqualFunc(a, b, func(a, b manager.Service) bool {
		stillSlow := isSlow(a) && isSlow(b) && a.PID == b.PID && a.Problem.Kind == b.Problem.Kind
		return a.Name == b.Name && (a.Problem == b.Problem || stillSlow)
	})
}

// anyOf reports whether one of these services is in such a state now.
func anyOf(now manager.Snapshot, services []manager.Service, such func(manager.State) bool) bool {
	return slices.ContainsFunc(services, func(s manager.Service) bool {
		service, there := now.Service(s.Name)
		return there && such(service.State)
	})
}
