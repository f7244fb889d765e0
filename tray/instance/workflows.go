package instance

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/sessiondb"
	"agents-tray/sessiondb/platform"
)

// maxWorkflows is how many workflows all services together can have under way.
const maxWorkflows = 128

// workflows are those under way, and what has become of those of the previous session.
type workflows struct {
	mu     sync.Mutex
	active []report
	reruns []rerun
}

// A report is a workflow that ends with the process that runs it at the latest.
type report struct {
	control.Workflow
	runner process
}

// A process is one run of a service.
type process struct {
	service string
	pid     int
	started time.Time
}

// runOf returns the process that a service runs now, if there is one.
func runOf(s manager.Service) (process, bool) {
	return process{s.Name, s.PID, s.Started}, s.PID != 0
}

// Workflows returns what is under way, in the order of the first reports.
func (i *Instance) Workflows() []control.Workflow {
	i.work.mu.Lock()
	defer i.work.mu.Unlock()
	var active []control.Workflow
	for _, r := range i.work.active {
		active = append(active, r.Workflow)
	}
	return active
}

// SetWorkflow takes the report of a service that runs: a workflow is under way.
func (i *Instance) SetWorkflow(w control.Workflow) error {
	if _, err := i.manager.Spec(w.Source); err != nil { // and Snapshot is of now
		return err
	}
	if w.Started.IsZero() {
		w.Started = time.Now()
	}
	return i.changeWorkflows(func(active []report, now manager.Snapshot) ([]report, error) {
		service, _ := now.Service(w.Source)
		runner, runs := runOf(service)
		if !runs {
			return active, &control.Refused{Status: http.StatusConflict, Message: service.Title + " does not run now, so nothing can be under way in it"}
		}
		return put(active, report{w, runner})
	})
}

// put adds a report, or takes it in place of what was reported of the workflow before.
func put(active []report, r report) ([]report, error) {
	own := 0
	for i, old := range active {
		if old.Source != r.Source {
			continue
		}
		own++
		if old.ID == r.ID {
			r.Started = old.Started
			active[i] = r
			return active, nil
		}
	}
	if own >= control.MaxWorkflows || len(active) >= maxWorkflows {
		return active, &control.Refused{
			Status:  http.StatusTooManyRequests,
			Message: fmt.Sprintf("%d workflows of %s are under way, %d of all: report the end of one first", own, r.Source, len(active)),
		}
	}
	return append(active, r), nil
}

// EndWorkflow takes the report of a service that a workflow is over.
func (i *Instance) EndWorkflow(source, id string) error {
	return i.changeWorkflows(func(active []report, _ manager.Snapshot) ([]report, error) {
		at := slices.IndexFunc(active, func(r report) bool { return r.Source == source && r.ID == id })
		if at < 0 {
			return active, &control.Refused{Status: http.StatusNotFound, Message: fmt.Sprintf("%s has no workflow %q under way", source, id)}
		}
		return slices.Delete(active, at, at+1), nil
	})
}

// changeWorkflows changes what is under way, and the record with it. The snapshot is
// taken with the lock held: a later one ends what a process that is gone has reported.
func (i *Instance) changeWorkflows(change func([]report, manager.Snapshot) ([]report, error)) error {
	i.work.mu.Lock()
	active, err := change(i.work.active, i.manager.Snapshot())
	if err == nil {
		i.work.active = active
		i.saveWorkflows()
	}
	i.work.mu.Unlock()
	if err == nil {
		i.changed.Tell()
	}
	return err
}

// saveWorkflows tells the record, and a request to quit, what is under way. Once the end
// is asked for the record goes on to know what was before: that is what the end has
// interrupted. It is called with the lock held, so that they hear of changes in their
// order.
func (i *Instance) saveWorkflows() {
	names := make([]string, len(i.work.active))
	for n, r := range i.work.active {
		names[n] = r.Name
	}
	i.quitting.set(names)
	select {
	case <-i.quit:
		return
	default:
	}
	saved := make([]sessiondb.Workflow, len(i.work.active))
	for n, r := range i.work.active {
		saved[n] = sessiondb.Workflow(r.Workflow)
	}
	i.record.SetWorkflows(saved)
}

// followWorkflows looks after what is under way when services have changed: a workflow
// ends with the process that runs it, and one that runs again is under way.
func (i *Instance) followWorkflows() {
	i.work.mu.Lock()
	now := i.manager.Snapshot()
	lost, changed := i.work.settle(now)
	if changed {
		i.saveWorkflows()
	}
	done := i.work.done(now)
	i.work.mu.Unlock()
	for _, service := range done {
		i.tellDone(service)
	}
	for _, r := range lost {
		i.record.Add(sessiondb.Event{At: time.Now(), Service: r.runner.service, Kind: "workflow interrupted", PID: r.runner.pid, Detail: r.Name})
	}
}

// settle ends the reports of processes that have ended, and returns those whose process
// did not end well.
func (w *workflows) settle(now manager.Snapshot) (lost []report, changed bool) {
	before := len(w.active)
	w.active = slices.DeleteFunc(w.active, func(r report) bool {
		if r.runner.service == "" {
			return false // a program beside this one runs it
		}
		service, _ := now.Service(r.runner.service)
		if current, _ := runOf(service); current == r.runner {
			return false
		}
		if !endedWell(service, r.runner) {
			lost = append(lost, r)
		}
		return true
	})
	changed = len(w.active) < before
	for _, again := range w.reruns {
		if again.Source == platform.Source {
			continue // its database tells of it
		}
		service, _ := now.Service(again.service)
		if runner, runs := runOf(service); runs && !slices.ContainsFunc(w.active, func(r report) bool { return r.runner == runner }) {
			again.Started = service.Started
			if active, err := put(w.active, report{again.Workflow, runner}); err == nil { // else there are too many to know all
				w.active, changed = active, true
			}
		}
	}
	return lost, changed
}

// endedWell reports whether a process ended because it was asked to, or by itself and
// with success.
func endedWell(service manager.Service, p process) bool {
	exit := service.LastExit
	return exit != nil && exit.PID == p.pid && !exit.Failure() && (exit.Asked || service.Problem == nil)
}
