package instance

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/spec"
	"agents-tray/sessiondb/platform"
)

func snapshot(services ...manager.Service) manager.Snapshot {
	return manager.Snapshot{Services: services}
}

// What is under way ends with the process that runs it; it is told of if that process
// did not end well.
func TestWorkflowsEndWithTheirProcess(t *testing.T) {
	begun := time.Now()
	runs := manager.Service{Name: "sorter", PID: 7, Started: begun}
	exit := func(e manager.Exit) manager.Service {
		e.PID = 7
		return manager.Service{Name: "sorter", LastExit: &e}
	}
	again := exit(manager.Exit{Code: -1, Signal: "SIGKILL"})
	again.PID, again.Started = 8, begun.Add(time.Second)
	unhealthy := exit(manager.Exit{Code: 0})
	unhealthy.Problem = &manager.Problem{Kind: manager.Unhealthy}
	sameNumber := runs
	sameNumber.Started = begun.Add(time.Hour)
	for name, row := range map[string]struct {
		now          manager.Service
		active, lost int
	}{
		"it runs":                            {runs, 1, 0},
		"it was asked to stop":               {exit(manager.Exit{Code: -1, Signal: "SIGTERM", Asked: true}), 0, 0},
		"it has done its work":               {exit(manager.Exit{Code: 0}), 0, 0},
		"it failed":                          {exit(manager.Exit{Code: 1}), 0, 1},
		"it was killed and runs again":       {again, 0, 1},
		"it had stopped answering":           {unhealthy, 0, 1},
		"nobody saw its end":                 {manager.Service{Name: "sorter"}, 0, 1},
		"another process has its number now": {sameNumber, 0, 1},
	} {
		runner, _ := runOf(runs)
		w := workflows{active: []report{
			{control.Workflow{ID: "1", Source: "sorter"}, runner},
			{control.Workflow{ID: "2", Source: platform.Source}, process{}},
		}}
		lost, changed := w.settle(snapshot(row.now))
		if len(w.active) != row.active+1 || len(lost) != row.lost || changed != (row.active == 0) {
			t.Errorf("%s: under way %+v, lost %+v, changed %t", name, w.active, lost, changed)
		}
	}
}

func TestAReportReplacesTheOneBeforeAndTheirNumberIsBounded(t *testing.T) {
	var active []report
	add := func(source, id, name string) (err error) {
		active, err = put(active, report{control.Workflow{ID: id, Source: source, Name: name, Started: time.Now()}, process{service: source}})
		return err
	}
	for n := range control.MaxWorkflows {
		must(t, add("sorter", fmt.Sprint(n), "first"))
	}
	since := active[3].Started
	if err := add("sorter", "3", "second"); err != nil || len(active) != control.MaxWorkflows || active[3].Name != "second" || !active[3].Started.Equal(since) {
		t.Errorf("%v, %+v", err, active[3])
	}
	var refused *control.Refused
	if err := add("sorter", "one more", "x"); !errors.As(err, &refused) || refused.Status != http.StatusTooManyRequests {
		t.Errorf("one more than may be: %v", err)
	}
	for source := range 8 {
		for n := range control.MaxWorkflows {
			_ = add(fmt.Sprint("service", source), fmt.Sprint(n), "x") // refused in the end
		}
	}
	if len(active) != maxWorkflows {
		t.Errorf("%d are under way", len(active))
	}
}

// What runs again is under way again, for as long as it does.
func TestWhatRunsAgainIsUnderWay(t *testing.T) {
	w := workflows{reruns: []rerun{{Workflow: control.Workflow{ID: "1", Source: "sorter", Name: "nightly"}, service: "again-nightly"}}}
	if _, changed := w.settle(snapshot(manager.Service{Name: "again-nightly"})); changed || len(w.active) > 0 {
		t.Errorf("before it runs: %+v", w.active)
	}
	now := manager.Service{Name: "again-nightly", PID: 9, Started: time.Now()}
	for _, change := range []bool{true, false} {
		if _, changed := w.settle(snapshot(now)); changed != change || len(w.active) != 1 || !w.active[0].Started.Equal(now.Started) {
			t.Errorf("while it runs: %+v", w.active)
		}
	}
	now.PID, now.LastExit = 0, &manager.Exit{PID: 9}
	if lost, changed := w.settle(snapshot(now)); !changed || len(w.active)+len(lost) > 0 {
		t.Errorf("afterwards: %+v, %+v", w.active, lost)
	}
	now.State = manager.Completed
	for _, told := range []int{1, 0} {
		if done := w.done(snapshot(now)); len(done) != told {
			t.Errorf("told of as done: %+v", done)
		}
	}
}

func TestNamesOfServicesThatRunAgain(t *testing.T) {
	for words, want := range map[string]string{
		"nightly-report": "nightly-report", "Mail sorter, all": "mail-sorter-all", "Überblick": "berblick", "日報": "workflow", "--": "workflow",
		"a very long name of a workflow that nobody would want to type": "a-very-long-name-of-a-workflow-that-nobo",
	} {
		if got := nameFrom(words); got != want {
			t.Errorf("%q becomes %q", words, got)
		}
		spec := spec.ServiceSpec{Name: "again-" + nameFrom(words), Command: []string{"true"}}
		if err := spec.Validate(); err != nil {
			t.Error(err)
		}
	}
}
