package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/guard"
	"agents-tray/manager/guard/proctree"
	"agents-tray/sessiondb"
)

// sweepGrace is what a guard gets to finish that is still stopping the services of a
// tray that was killed: its own deadline and a little more.
const sweepGrace = manager.Grace + 2*time.Second

// openRecord opens the session record, marks it dirty, and deals with what the
// session before has left. A record that cannot be kept stops nothing.
func (s *Session) openRecord() {
	folders := s.options.Folders
	found := evidence{
		boot: sessiondb.BootID(), machine: sessiondb.MachineID(),
		words: guard.ReadExitReport(folders.LastWords()), oomKills: proctree.OOMKills(),
	}
	found.crash, found.closed = s.captureCrashes()
	s.record = sessiondb.Open(folders.SessionRecord(), sessiondb.Options{
		Original: s.options.Database, Trouble: s.notRecorded, Mended: s.mended,
	})
	previous, err := s.record.Begin(sessiondb.Session{
		Mark: s.mark, Version: s.options.Version, Boot: found.boot, Machine: found.machine, PID: os.Getpid(), Started: s.started,
		OOMKills: found.oomKills, Services: s.planned(), Seen: sessiondb.Seen{Mark: found.words.Session, At: found.words.At},
		Farewells: sessiondb.ReadFarewells(folders.Farewells()...),
	})
	if err == nil {
		for _, read := range append(folders.Farewells(), folders.LastWords()) {
			_ = os.Remove(read) // it names its session: at worst it is read once more
		}
	}
	if previous == nil {
		return
	}
	s.stopped = previous.Stopped
	if previous.Ending == sessiondb.Clean {
		return
	}
	if previous.Boot == found.boot && previous.Mark != "" {
		if _, err := proctree.Sweep(previous.Mark, sweepGrace); err != nil {
			s.notice("Something of the last session still runs: " + err.Error())
		}
		found.kernel = killedForMemory(previous.PID)
	}
	verdict := judge(previous, found)
	s.unclean, s.review = verdict, verdict.review(previous)
	s.asks = s.review != nil && previous.Repeated
	if !previous.Foreign {
		s.record.Explain(previous.Mark, verdict.ending, verdict.detail, verdict.at)
	}
}

// notRecorded tells that the record cannot be written, or no longer that.
func (s *Session) notRecorded(err error) {
	text := ""
	switch {
	case errors.Is(err, sessiondb.ErrOriginal):
		text = "The Python platform does not see this session. " + manager.Sentence(err.Error())
	case err != nil:
		text = "This session is not being recorded. Should it end unexpectedly, that may go unnoticed. " + manager.Sentence(err.Error())
	}
	s.setNotice(recordNotice, text)
}

// mended tells what became of a record that could not be used.
func (s *Session) mended(m sessiondb.Mending) {
	switch {
	case m.Removed && m.Rescued:
		s.notice("The session record was removed while it was in use. It was written anew, with all that was in it.")
	case m.Removed:
		s.notice("The session record was removed while it was in use. A new one was begun.")
	case m.Copy.IsZero():
		s.notice("The session record was damaged. A new one was begun; the old file is kept as " + m.Aside)
	default:
		s.notice("The session record was damaged. The copy of " + m.Copy.Local().Format("2 January, 15:04") +
			" has taken its place, so how the last session ended is not known; the damaged file is kept as " + m.Aside)
	}
}

// planned are the services before any has started.
func (s *Session) planned() []sessiondb.Service {
	services := make([]sessiondb.Service, len(s.options.Services))
	for i, spec := range s.options.Services {
		services[i] = sessiondb.Service{Name: spec.Name, Title: spec.Title, State: string(manager.Starting), Since: s.started}
	}
	return services
}

// captureCrashes returns what the session before wrote while it crashed, and whether it
// took away what that would stand in, which it does at its end. It has the Go runtime write
// there if this session crashes.
func (s *Session) captureCrashes() (crash string, closed bool) {
	path := s.options.Folders.Crash()
	before, err := os.ReadFile(path)
	closed = errors.Is(err, fs.ErrNotExist)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return string(before), closed
	}
	defer file.Close()                                   // the runtime has its own copy
	_ = debug.SetCrashOutput(file, debug.CrashOptions{}) // then a crash is told as a kill
	return string(before), closed
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
				s.followWorkflows()
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
	if snapshot.Phase == manager.PhaseStopped || snapshot.Phase == manager.PhaseStopping {
		return // what ran before the end is what will be asked for
	}
	asks := s.Asks()
	services := make([]sessiondb.Service, len(snapshot.Services))
	for i, service := range snapshot.Services {
		services[i] = sessiondb.Service{
			Name: service.Name, Title: service.Title, State: string(service.State), PID: service.PID, Since: service.Started,
			ByHand: service.ByHand && !service.Once || asks && slices.Contains(s.stopped, service.Name),
		}
	}
	s.record.SetServices(services)
}

// waitWords says when a service is started again.
func waitWords(wait time.Duration) string {
	if wait == 0 {
		return "at once"
	}
	return "after " + manager.InWords(wait)
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
		row = sessiondb.Event{At: e.At, Service: e.Service, Kind: "restarting", Detail: waitWords(e.Wait)}
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
	s.record.Add(row)
}
