package instance

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/guard"
	"agents-tray/manager/guard/proctree"
	"agents-tray/sessiondb"
	"agents-tray/sessiondb/verdict"
	"agents-tray/tray/words"
)

// sweepGrace is the time for the guard of a killed tray to finish stopping the services.
var sweepGrace = guard.Patience(manager.Grace)

// openRecord opens the session record, marks it dirty, ends what the previous session has
// left running and tells how that session ended. A record that cannot be written does not
// stop the instance from starting.
func (i *Instance) openRecord(ctx context.Context) {
	folders := i.options.Folders
	found := verdict.Evidence{
		Boot: proctree.BootID(), Machine: sessiondb.MachineID(),
		Report: verdict.ExitReport(guard.ReadExitReport(folders.ExitReport())), OOMKills: proctree.OOMKills(),
	}
	found.Crash, found.CrashFileGone = i.captureCrashes()
	_, missing := os.Lstat(folders.SessionRecord())
	fresh := errors.Is(missing, fs.ErrNotExist) && !folders.Makeshift
	i.record = sessiondb.Open(folders.SessionRecord(), sessiondb.Options{
		PlatformFile: i.options.Database, OnSaveError: i.notRecorded, OnRecovery: i.recordRecovered,
	})
	previous, err := i.record.Begin(sessiondb.Session{
		Mark: i.mark, Version: i.options.Version, Boot: found.Boot, Machine: found.Machine, PID: os.Getpid(), Started: i.started,
		OOMKills: found.OOMKills, Services: i.planned(), Seen: sessiondb.Seen{Mark: found.Report.Session, At: found.Report.At},
		CleanExits: sessiondb.ReadCleanExits(folders.CleanExitMarkers()...),
	})
	if err == nil {
		for _, read := range append(folders.CleanExitMarkers(), folders.ExitReport()) {
			_ = os.Remove(read) // each names its session, so reading it again does no harm
		}
	}
	defer func() { i.welcome(previous == nil && fresh) }() // once it is known whether this start asks
	unclean := previous != nil && previous.Ending != sessiondb.Clean
	mark := ""
	if unclean && previous.Boot == found.Boot {
		mark = previous.Mark
	}
	i.sweepEarlier(ctx, mark)
	if previous != nil {
		i.stopped = previous.Stopped
	}
	if !unclean {
		return
	}
	if mark != "" {
		found.KernelKill, _ = proctree.KilledForMemory(previous.PID, previous.Started)
	}
	v := verdict.Judge(previous, found)
	i.unclean, i.review = v, reviewOf(previous, v, i.language)
	i.asks = i.review != nil && previous.Repeated && v.Cause != verdict.LeftRunning
	if !previous.OfPlatform {
		i.record.SetEnding(previous.Mark, v.Ending, verdictDetail(v), v.At)
	}
}

// sweepEarlier ends what earlier sessions have left: what carries the mark of the previous one,
// unless it is empty, and what journals name. There may be some even after a clean end, of a
// session before, and where the record was lost.
func (i *Instance) sweepEarlier(ctx context.Context, mark string) {
	journals := proctree.Journals(i.options.Folders.Journals(), i.mark)
	if mark == "" && len(journals) == 0 {
		return
	}
	if err := sweep(ctx, mark, journals); err != nil {
		i.notice(words.Notice{What: words.StillRuns, Detail: leftWords(err)})
	}
}

// sweep ends what an earlier session has left. When ctx ends, that is killed at once.
func sweep(ctx context.Context, mark string, journals []string) error {
	ended := make(chan error, 1)
	go func() {
		_, err := proctree.Sweep(mark, journals, sweepGrace)
		ended <- err
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	_, _ = proctree.Sweep(mark, journals, 0) // the first one tells what is left
	return <-ended
}

// notRecorded sets the notice that the record cannot be written; with nil it takes it away.
func (i *Instance) notRecorded(err error) {
	switch {
	case errors.Is(err, sessiondb.ErrPlatformFile):
		i.setNotice(recordNotice, &words.Notice{What: words.PlatformBlind, Detail: err.Error()})
	case err != nil:
		i.setNotice(recordNotice, &words.Notice{What: words.NotRecorded, More: words.NotRecordedMore, Detail: err.Error()})
	default:
		i.setNotice(recordNotice, nil)
		i.setNotice(guardNotice, nil) // the disk takes the services' output again, too
	}
}

// recordRecovered adds a notice of what was done about a record that could not be used.
func (i *Instance) recordRecovered(r sessiondb.Recovery) {
	switch {
	case r.Removed && r.Complete:
		i.notice(words.Notice{What: words.RecordRemoved, More: words.RecordRewritten})
	case r.Removed:
		i.notice(words.Notice{What: words.RecordRemoved, More: words.RecordBegun})
	case r.CopyTime.IsZero():
		i.notice(words.Notice{What: words.RecordDamaged, More: words.RecordDamagedKept, Arguments: []any{r.DamagedFile}})
	default:
		i.notice(words.Notice{What: words.RecordDamaged, More: words.RecordRestored, Arguments: []any{r.CopyTime, r.DamagedFile}})
	}
}

// planned are the services before any has started.
func (i *Instance) planned() []sessiondb.Service {
	services := make([]sessiondb.Service, len(i.services()))
	for n, spec := range i.services() {
		services[n] = sessiondb.Service{Name: spec.Name, Title: spec.Title, State: string(manager.Starting), Since: i.started}
	}
	return services
}

// captureCrashes returns what the previous session wrote to the crash file while it crashed,
// and whether that file is gone: a session removes it at its own end. From then on the Go
// runtime writes to the file if this process crashes.
func (i *Instance) captureCrashes() (crash string, gone bool) {
	path := i.options.Folders.Crash()
	before, err := os.ReadFile(path)
	gone = errors.Is(err, fs.ErrNotExist)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return string(before), gone
	}
	defer file.Close()                                   // the runtime duplicates the descriptor
	_ = debug.SetCrashOutput(file, debug.CrashOptions{}) // without it a crash is told as a kill
	return string(before), gone
}

// follow records what happens to the services, and passes each change on, until stopRecording.
func (i *Instance) follow() {
	events := i.manager.Subscribe(1024)
	changes, unwatch := i.manager.Watch()
	ended := make(chan struct{})
	i.stopRecording = func() {
		unwatch()
		close(ended)
		events.Close()
	}
	i.wg.Go(func() {
		for e := range events.C {
			i.onEvent(e)
		}
	})
	i.wg.Go(func() {
		for {
			select {
			case <-changes:
				i.saveServices()
				i.followWorkflows()
				i.changed.Tell()
				i.browse.look(i.manager.Snapshot())
				i.announcer.look(i.manager.Snapshot())
			case <-ended:
				return
			}
		}
	})
}

// saveServices saves the state of the services in the record.
func (i *Instance) saveServices() {
	snapshot := i.manager.Snapshot()
	if snapshot.Phase == manager.PhaseStopped || snapshot.Phase == manager.PhaseStopping {
		return // the record keeps what ran before the end
	}
	asks := i.Asks()
	services := make([]sessiondb.Service, len(snapshot.Services))
	for n, service := range snapshot.Services {
		services[n] = sessiondb.Service{
			Name: service.Name, Title: service.Title, State: string(service.State), PID: service.PID, Since: service.Started,
			ByHand: service.ByHand && !service.Once || asks && slices.Contains(i.stopped, service.Name),
		}
	}
	i.record.SetServices(services)
}

// waitWords says after what time a service is started again.
func waitWords(wait time.Duration) string {
	if wait == 0 {
		return "at once"
	}
	return "after " + words.English.Duration(wait)
}

// leftWords names what could not be ended, in English.
func leftWords(err error) string { return leftIn(words.English, err) }

func leftIn(l words.Language, err error) string {
	var lines []string
	for _, left := range manager.LeftOf(err) {
		lines = append(lines, l.Left(left))
	}
	if len(lines) == 0 {
		return err.Error()
	}
	return strings.Join(lines, "; ")
}

// onEvent records an event, and lets the user know of what needs them.
func (i *Instance) onEvent(e manager.Event) {
	row := sessiondb.Event{At: time.Now()}
	switch e := e.(type) {
	case manager.ServiceStarted:
		row = sessiondb.Event{At: e.At, Service: e.Service, Kind: "started", PID: e.PID}
	case manager.ServiceReady:
		row = sessiondb.Event{At: e.At, Service: e.Service, Kind: "ready", PID: e.PID}
	case manager.ServiceExited:
		row = sessiondb.Event{At: e.Exit.At, Service: e.Service, Kind: "exited", PID: e.Exit.PID, Detail: words.English.Exit(e.Exit)}
	case manager.ServiceRestarting:
		row = sessiondb.Event{At: e.At, Service: e.Service, Kind: "restarting", Detail: waitWords(e.Wait)}
	case manager.ServiceGaveUp:
		row = sessiondb.Event{At: e.At, Service: e.Service, Kind: "gave up", Detail: words.English.Report(&e.Problem)}
	case manager.ServiceStopped:
		row = sessiondb.Event{At: e.At, Service: e.Service, Kind: "stopped"}
	case manager.ServiceLost:
		row = sessiondb.Event{At: e.At, Service: e.Service, Kind: "lost", Detail: words.English.Report(&e.Problem)}
	case manager.GuardLost:
		row = sessiondb.Event{At: e.At, Kind: "guard lost", Detail: e.Err.Error()}
	case manager.GuardFault:
		row = sessiondb.Event{At: e.At, Kind: "guard fault", Detail: e.Err.Error()}
		i.tellGuardTrouble(e.Err.Error())
	case manager.LocalhostTaken:
		row = sessiondb.Event{At: e.At, Service: e.Service, Kind: "localhost taken", Detail: e.Address + " is taken by " + words.English.Holder(e.By)}
		i.setNotice("localhost "+e.Service, &words.Notice{
			What: words.LocalhostTaken, More: words.LocalhostTakenMore, Arguments: []any{e.Address, e.By, e.Title, e.URL},
		})
	case manager.ProcessesLeft:
		row = sessiondb.Event{At: e.At, Service: e.Service, Kind: "left running", Detail: leftWords(e.Err)}
		i.notice(words.Notice{What: words.LeftRunning, Detail: row.Detail})
	case manager.Missed:
		row = sessiondb.Event{At: time.Now(), Kind: "missed", Detail: fmt.Sprintf("%d events", e.N)}
	}
	i.record.Add(row)
}
