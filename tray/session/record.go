package session

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard"
	"agents-tray/sessiondb"
)

// sweepGrace is what a guard gets to finish that is still stopping the services of a
// tray that was killed: its own deadline and a little more.
const sweepGrace = manager.Grace + 2*time.Second

// openRecord opens the session record, marks it dirty, and deals with what the
// session before has left. A record that cannot be kept stops nothing.
func (s *Session) openRecord() {
	crash := s.captureCrashes()
	record, err := sessiondb.Open(s.options.Folders.SessionRecord())
	if err != nil {
		s.notice("This session is not being recorded: " + err.Error())
		return
	}
	boot := sessiondb.BootID()
	previous, err := record.Begin(sessiondb.Session{
		Mark: s.mark, Version: s.options.Version, Boot: boot, PID: os.Getpid(), Started: s.started,
		Services: s.planned(),
	})
	if err != nil {
		s.notice("This session is not being recorded: " + err.Error())
		_ = record.Close() // it has nothing to save
		return
	}
	s.record = record
	if previous != nil {
		s.stopped = previous.Stopped
	}
	if aside := record.SetAside(); aside != "" {
		s.notice("The session record was damaged. A new one was begun; the old file is kept as " + aside)
	}
	if previous == nil || previous.Clean {
		return
	}
	if previous.Boot == boot && previous.Mark != "" {
		if _, err := guard.Sweep(previous.Mark, sweepGrace); err != nil {
			s.notice("Something of the last session still runs: " + err.Error())
		}
	}
	s.review = reviewOf(previous, boot, crash)
}

// planned are the services before any has started.
func (s *Session) planned() []sessiondb.Service {
	services := make([]sessiondb.Service, len(s.options.Services))
	for i, spec := range s.options.Services {
		services[i] = sessiondb.Service{Name: spec.Name, Title: spec.Title, State: string(manager.Starting), Since: s.started}
	}
	return services
}

// captureCrashes returns what the session before wrote while it crashed, and has the
// Go runtime write there if this one does.
func (s *Session) captureCrashes() string {
	path := s.options.Folders.Crash()
	before, err := os.ReadFile(path)
	if err != nil {
		before = nil // there is none
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return string(before)
	}
	defer file.Close()                                   // the runtime has its own copy
	_ = debug.SetCrashOutput(file, debug.CrashOptions{}) // then a crash is told as a kill
	return string(before)
}

// reviewOf tells how a session ended, as far as that is known.
func reviewOf(p *sessiondb.Previous, boot, crash string) *control.Review {
	review := &control.Review{
		Started: p.Started, LastSeen: p.LastSeen, Version: p.Version,
		Services: []control.ReviewService{}, Workflows: []string{},
	}
	for _, workflow := range p.Workflows {
		review.Workflows = append(review.Workflows, workflow.Name)
	}
	switch {
	case p.Boot != "" && boot != "" && p.Boot != boot:
		review.Cause = "The computer was restarted or lost power while Configurable Agents was running."
	case crash != "":
		review.Cause = "Configurable Agents itself crashed."
		review.Detail = crash
	default:
		review.Cause = "Configurable Agents was killed: by somebody, by another program, or by the system for lack of memory."
	}
	for _, service := range p.Services {
		review.Services = append(review.Services, control.ReviewService{
			Name: service.Name, Title: service.Title, State: service.State, PID: service.PID, Since: service.Since,
		})
	}
	return review
}

// uncleanLine is what the menu's line says of it after "Last session ended unexpectedly".
func uncleanLine(r *control.Review) string {
	cause := "it was killed"
	switch {
	case strings.HasPrefix(r.Cause, "The computer"):
		cause = "the computer went down"
	case r.Detail != "":
		cause = "it crashed"
	}
	if r.LastSeen.IsZero() {
		return cause
	}
	return fmt.Sprintf("%s after %s", cause, r.LastSeen.Local().Format("15:04"))
}

// follow records what happens to the services, and tells whoever looks.
func (s *Session) follow() {
	events := s.manager.Subscribe(1024)
	changes := s.manager.Watch()
	ended := make(chan struct{})
	s.stopRecording = func() {
		s.manager.Unwatch(changes)
		close(ended)
		events.Close()
	}
	s.wg.Go(func() {
		for e := range events.C {
			s.onEvent(e)
		}
	})
	s.wg.Go(func() {
		for {
			select {
			case <-changes:
				s.saveServices()
				s.changed.tell()
				s.openReady()
				s.announcer.look(s.manager.Snapshot())
			case <-ended:
				return
			}
		}
	})
}

// saveServices keeps the record's picture of what runs true.
func (s *Session) saveServices() {
	snapshot := s.manager.Snapshot()
	if s.record == nil || snapshot.Phase == manager.PhaseStopped || snapshot.Phase == manager.PhaseStopping {
		return // what ran before the end is what will be asked for
	}
	services := make([]sessiondb.Service, len(snapshot.Services))
	for i, service := range snapshot.Services {
		services[i] = sessiondb.Service{
			Name: service.Name, Title: service.Title, State: string(service.State), PID: service.PID, Since: service.Started,
			ByHand: service.ByHand,
		}
	}
	s.record.SetServices(services)
}

// onEvent records an event, and lets the user know of what needs them.
func (s *Session) onEvent(e manager.Event) {
	row := sessiondb.Event{At: time.Now()}
	switch e := e.(type) {
	case manager.ServiceStarted:
		row = sessiondb.Event{At: e.At, Service: e.Service, Kind: "started", PID: e.PID}
	case manager.ServiceReady:
		row = sessiondb.Event{At: e.At, Service: e.Service, Kind: "ready", PID: e.PID}
	case manager.ServiceExited:
		row = sessiondb.Event{At: e.Exit.At, Service: e.Service, Kind: "exited", PID: e.Exit.PID, Detail: e.Exit.Words}
	case manager.ServiceRestarting:
		row = sessiondb.Event{At: e.At, Service: e.Service, Kind: "restarting", Detail: "after " + e.Wait.String()}
	case manager.ServiceGaveUp:
		row = sessiondb.Event{At: e.At, Service: e.Service, Kind: "gave up", Detail: e.Problem.Error()}
	case manager.ServiceStopped:
		row = sessiondb.Event{At: e.At, Service: e.Service, Kind: "stopped"}
	case manager.GuardLost:
		row = sessiondb.Event{At: e.At, Kind: "guard lost", Detail: e.Err.Error()}
	case manager.GuardFault:
		row = sessiondb.Event{At: e.At, Kind: "guard fault", Detail: e.Err.Error()}
		s.notice(e.Err.Error())
	case manager.Missed:
		row = sessiondb.Event{At: time.Now(), Kind: "missed", Detail: fmt.Sprintf("%d events", e.N)}
	}
	if s.record != nil {
		s.record.Add(row)
	}
}
