package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/briandowns/spinner"
	"golang.org/x/term"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/words"
)

// screen prints what happens to the services.
type screen struct {
	out      io.Writer
	verbose  bool
	events   bool             // lines of JSON are written instead
	spinner  *spinner.Spinner // nil where out is no terminal
	shown    map[string]seen
	quitting *control.Quitting // that was last shown
	notices  []string          // that are shown
}

// seen is what was last shown of a service.
type seen struct {
	state   manager.State
	byHand  bool
	problem *manager.Problem
}

// newScreen returns a screen on out, which writes lines of JSON with events.
func newScreen(out *os.File, verbose, events bool) *screen {
	s := &screen{out: out, verbose: verbose, events: events, shown: map[string]seen{}}
	if !events && term.IsTerminal(int(out.Fd())) {
		s.spinner = spinner.New(spinner.CharSets[14], 80*time.Millisecond, spinner.WithWriterFile(out))
	}
	return s
}

// Begin says what is about to happen.
func (s *screen) Begin(what string) {
	if s.spinner == nil {
		s.Say("%s", what)
		return
	}
	s.spinner.Suffix = " " + what
	s.spinner.Start()
}

// Say prints a line.
func (s *screen) Say(format string, arguments ...any) {
	if s.events {
		s.event(screenEvent{Message: strings.TrimSpace(fmt.Sprintf(format, arguments...))})
		return
	}
	s.above(func() { fmt.Fprintf(s.out, format+"\n", arguments...) })
}

// above prints while the spinner steps aside.
func (s *screen) above(print func()) {
	if s.spinner != nil && s.spinner.Active() {
		s.spinner.Stop()
		defer s.spinner.Start()
	}
	print()
}

// End takes the spinner away.
func (s *screen) End() {
	if s.spinner != nil {
		s.spinner.Stop()
	}
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

// showWaiting has the spinner name the services that are still starting.
func (s *screen) showWaiting(snapshot manager.Snapshot) {
	if s.spinner == nil || !s.spinner.Active() {
		return
	}
	var waiting []string
	for _, service := range snapshot.Services {
		if service.State == manager.Starting || service.State == manager.Waiting || service.State == manager.BackingOff {
			waiting = append(waiting, service.Title)
		}
	}
	if len(waiting) == 0 {
		return
	}
	suffix := " Starting " + strings.Join(waiting[:min(len(waiting), 4)], ", ")
	if more := len(waiting) - 4; more > 0 {
		suffix += fmt.Sprintf(" and %d more", more)
	}
	s.spinner.Lock()
	s.spinner.Suffix = suffix
	s.spinner.Unlock()
}

// Show prints what has changed in a snapshot since the last.
func (s *screen) Show(snapshot manager.Snapshot) {
	if s.events {
		s.showEvents(snapshot)
		return
	}
	s.showWaiting(snapshot)
	for _, service := range snapshot.Services {
		before, now := s.shown[service.Name], seen{service.State, service.ByHand, service.Problem}
		s.shown[service.Name] = now
		told := service.Problem != nil && before.problem != now.problem && service.State != manager.Failed
		if told { // it goes on, or is tried again by itself
			s.Say("  ! %s", words.English.Report(service.Problem))
		}
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
			if !told && service.LastExit != nil {
				s.Say("  ! %s %s; starting it again", service.Title, words.English.Exit(*service.LastExit))
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
