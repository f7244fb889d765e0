package cli

import (
	"context"
	"fmt"
	"golang.org/x/term"
	"io"
	"os"
	"slices"
	"strings"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/words"
)

// screen prints what happens to the services.
type screen struct {
	out      io.Writer
	flush    func(context.Context) // waits until all is written, but not for a reader that hangs
	verbose  bool
	events   bool      // lines of JSON are written instead
	terminal *os.File  // nil where out is none, or one that takes plain lines only
	spinners *spinners // nil while nothing is waited for
	settled  bool      // the spinners end with the last start that is under way
	shown    map[string]seen
	quitting *control.Quitting // that was last shown
	notices  []string          // that are shown
}

// seen is what was last shown of a service.
type seen struct {
	state   manager.State
	byHand  bool
	problem *manager.Problem
	exit    *manager.Exit // the last that was told, or is no news
	reports string        // that were told of problems since it was ready, each with its end
}

// mostReports bounds what is told of a service that does not become ready, in bytes: what it
// answers may be another thing each time.
const mostReports = 4 << 10

// newScreen returns a screen on out, which writes lines of JSON with events. Where out is no
// terminal, or NO_COLOR is set, it writes plain lines only.
func newScreen(out *os.File, verbose, events bool) *screen {
	o := newOutput(out)
	s := &screen{out: o, flush: o.flush, verbose: verbose, events: events, shown: map[string]seen{}}
	if !events && os.Getenv("NO_COLOR") == "" && term.IsTerminal(int(out.Fd())) && takesEscapes(out) {
		s.terminal = out
	}
	return s
}

// Begin says what is about to happen, and waits for it with a spinner.
func (s *screen) Begin(what string) {
	if s.terminal == nil {
		s.Say("%s", what)
		return
	}
	s.spinners = newSpinners(s.out, s.terminal, what)
}

// Say prints a line.
func (s *screen) Say(format string, arguments ...any) {
	if s.events {
		s.event(screenEvent{Message: strings.TrimSpace(fmt.Sprintf(format, arguments...))})
		return
	}
	s.above(func() { fmt.Fprintf(s.out, format+"\n", arguments...) })
}

// above prints above the spinners.
func (s *screen) above(print func()) {
	if s.spinners == nil {
		print()
		return
	}
	s.spinners.above(print)
}

// End takes the spinners away.
func (s *screen) End() {
	if s.spinners != nil {
		s.spinners.end()
		s.spinners = nil
	}
}

// Settle says that the start as a whole has come to its outcome: the spinners stay only for
// services that still start.
func (s *screen) Settle(snapshot manager.Snapshot) {
	s.settled = true
	s.showWaiting(snapshot)
}

// ShowNotices prints those that were not there before.
func (s *screen) ShowNotices(now []string) {
	for _, notice := range now {
		if !slices.Contains(s.notices, notice) {
			s.Say("Note: %s", notice)
		}
	}
	s.notices = now
}

// showWaiting shows a spinner for each service that is still starting.
func (s *screen) showWaiting(snapshot manager.Snapshot) {
	if s.spinners == nil {
		return
	}
	var lines []waited
	for _, service := range snapshot.Services {
		line := waited{since: service.Started}
		switch service.State {
		case manager.Starting:
			line.text = "starting"
		case manager.Waiting:
			line = waited{text: "waits for " + service.WaitsFor}
		case manager.BackingOff:
			line = waited{text: "ended, is started again"}
		default:
			continue
		}
		line.text = fmt.Sprintf("%-10s %s", service.Title, line.text)
		lines = append(lines, line)
	}
	if s.settled && !slices.ContainsFunc(snapshot.Services, isStarting) {
		s.End()
		return
	}
	s.spinners.show(lines)
}

// isStarting reports whether a service is about to answer, as far as is known.
func isStarting(s manager.Service) bool { return s.State == manager.Starting && s.Problem == nil }

// Show prints what has changed in a snapshot since the last.
func (s *screen) Show(snapshot manager.Snapshot) {
	if s.events {
		s.showEvents(snapshot)
		return
	}
	s.showWaiting(snapshot)
	for _, service := range snapshot.Services {
		before := s.shown[service.Name]
		now := seen{service.State, service.ByHand, service.Problem, before.exit, before.reports}
		switch service.State {
		case manager.Ready:
			now.reports = ""
		case manager.Starting, manager.Stopped:
			now.exit = service.LastExit
		}
		told := service.Problem != nil && before.problem != now.problem && service.State != manager.Failed
		if told { // it goes on, or is tried again by itself
			bare := *service.Problem
			bare.Lines = nil
			said := words.English.Report(&bare) + "\x00"
			if !strings.Contains(now.reports, said) && len(now.reports) < mostReports { // that another try finds the same is no news
				s.Say("  ! %s", words.English.Report(service.Problem))
				now.reports += said
			}
		}
		s.shown[service.Name] = now
		if before.state == now.state && (now.state != manager.Stopped || before.byHand == now.byHand) {
			continue
		}
		switch service.State {
		case manager.Ready:
			took := ""
			if ms := service.Ready.Sub(service.Started).Milliseconds(); ms > 0 { // else it counts as ready once it runs
				took = fmt.Sprintf("  (%d ms)", ms)
			}
			s.Say("  ✓ %-10s %s%s", service.Title, service.URL, took)
		case manager.Failed:
			s.Say("  ✗ %s", words.English.Report(service.Problem))
		case manager.BackingOff:
			if exit := service.LastExit; !told && exit != nil && exit != before.exit {
				s.Say("  ! %s %s; starting it again", service.Title, words.English.Exit(*exit))
				now.exit = exit
				s.shown[service.Name] = now
			}
		case manager.Completed:
			s.Say("  ✓ %-10s completed", service.Title)
		case manager.Stopped:
			if before.state.Live() {
				if exit := service.LastExit; exit != nil && exit.KilledAtDeadline() {
					s.Say("  – %s stopped: it %s", service.Title, words.English.Exit(*exit))
				} else {
					s.Say("  – %s stopped", service.Title)
				}
			} else if service.ByHand && (before.state == "" || before.state == manager.Stopped) {
				s.Say("  – %s stays stopped, as you left it. The Dashboard starts it again", service.Title)
			}
		default:
			if s.verbose {
				s.Say("    %s: %s", service.Title, service.State)
			}
		}
		if s.verbose && service.State.Live() && service.PID != 0 {
			s.Say("    %s: pid %d", service.Title, service.PID)
		}
	}
	for name := range s.shown {
		if _, there := snapshot.Service(name); !there {
			delete(s.shown, name)
			s.Say("  – %s has stopped, and is no longer in the services file", name)
		}
	}
}
