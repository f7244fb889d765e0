package cli

import (
	"strings"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
)

// A command says what has come of it, and does not wait for what will not come.
func TestOutcomes(t *testing.T) {
	db := func(state manager.State, problem *manager.Problem) manager.Service {
		return manager.Service{Name: "db", Title: "The DB", State: state, Problem: problem}
	}
	slow := &manager.Problem{Kind: manager.NotReady, Title: "The DB"}
	crashed := &manager.Problem{Kind: manager.CrashLoop, Title: "The DB", Exit: &manager.Exit{Code: 3}}
	running := manager.Service{Name: "web", State: manager.Ready, PID: 7}
	waiting := manager.Service{Name: "web", State: manager.Waiting, WaitsFor: "The DB", Settled: true}
	for name, test := range map[string]struct {
		action       control.Action
		before, now  manager.Service
		on           manager.Service
		done, failed bool
		says         string
	}{
		"stopped":                       {control.Stop, running, manager.Service{State: manager.Stopped, LastExit: &manager.Exit{Ended: true, Signal: "SIGTERM"}}, db(manager.Ready, nil), true, false, "stopped"},
		"killed at its deadline":        {control.Stop, running, manager.Service{State: manager.Stopped, LastExit: &manager.Exit{Ended: true, Code: -1, Signal: "SIGKILL", Grace: time.Second}}, db(manager.Ready, nil), true, false, "stopped: it did not stop within 1 s and was killed"},
		"killed long ago":               {control.Stop, manager.Service{State: manager.Stopped}, manager.Service{State: manager.Stopped, LastExit: &manager.Exit{Ended: true, Code: -1, Signal: "SIGKILL", Grace: time.Second}}, db(manager.Ready, nil), true, false, "stopped"},
		"still stops":                   {control.Stop, running, manager.Service{Name: "web", State: manager.Stopping, ByHand: true}, db(manager.Ready, nil), false, false, ""},
		"started again meanwhile":       {control.Stop, running, manager.Service{Name: "web", State: manager.Stopping}, db(manager.Ready, nil), true, true, "web was started meanwhile"},
		"fails for a while":             {control.Start, running, manager.Service{Name: "web", State: manager.BackingOff, LastExit: &manager.Exit{Code: 3}}, db(manager.Ready, nil), false, false, ""},
		"fails for long":                {control.Start, running, manager.Service{Name: "web", State: manager.BackingOff, LastExit: &manager.Exit{Code: 3}, Settled: true}, db(manager.Ready, nil), true, true, "web: it ended with an error (exit 3), and is started again and again"},
		"waits for what starts":         {control.Start, running, manager.Service{State: manager.Waiting, WaitsFor: "The DB"}, db(manager.Starting, nil), false, false, ""},
		"waits for what is slow":        {control.Start, running, waiting, db(manager.Starting, slow), true, false, "waits for The DB, which is still starting"},
		"waits for what has failed":     {control.Start, running, waiting, db(manager.Failed, crashed), true, true, "web waits for The DB: The DB keeps crashing"},
		"waits for what was stopped":    {control.Start, running, waiting, db(manager.Stopped, nil), true, true, "web waits for The DB, which is stopped: agents-tray start db"},
		"waits for what waits":          {control.Start, running, waiting, manager.Service{Name: "db", Title: "The DB", State: manager.Waiting, WaitsFor: "Disk", Settled: true}, true, false, "waits for The DB, which waits for Disk"},
		"waits for nobody that is seen": {control.Start, running, waiting, manager.Service{Name: "x", Title: "x"}, false, false, ""},
	} {
		said, failure, done := outcome(test.action, test.before, test.now, manager.Snapshot{Services: []manager.Service{test.now, test.on}})
		if failure != nil {
			said = failure.Error()
		}
		if done != test.done || (failure != nil) != test.failed || !strings.HasPrefix(said, test.says) {
			t.Errorf("%s: done %v, failed %v, it says %q", name, done, failure != nil, said)
		}
	}
}
