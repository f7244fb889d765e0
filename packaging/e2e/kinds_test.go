//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
)

// wait returns when a condition holds, or fails the test.
func wait(t testing.TB, within time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("waited in vain for %s", what)
			return
		}
	}
}

// kinds are the services that the program is tried with, each named for how it behaves.
var kinds = []string{
	guardtest.Cooperative, guardtest.IgnoresTERM, guardtest.Forks, guardtest.Escapes,
	guardtest.ClosesOutput, guardtest.Floods, guardtest.HoldsPort, guardtest.ExitsAtOnce,
}

// launchKinds starts the program with services of those kinds.
func (u *user) launchKinds(kinds ...string) *program {
	u.T.Helper()
	text := "services:\n"
	for _, kind := range kinds {
		command, err := json.Marshal(guardtest.Command(kind))
		if err != nil {
			u.T.Fatal(err)
		}
		text += fmt.Sprintf("  %s:\n    command: %s\n    stop: {timeout: 1s}\n", kind, command)
		giveUp := "never"
		switch kind {
		case guardtest.ClosesOutput: // it cannot say that it is up
		case guardtest.ExitsAtOnce:
			giveUp = "3 in 60s"
			text += "    optional: true\n" // else its end is the program's
		case guardtest.Floods:
			text += "    ready: {log: line}\n"
		case guardtest.HoldsPort:
			text += fmt.Sprintf("    ready: {log: up}\n    listen: 127.0.0.1:%d\n", u.Chat)
		default:
			text += "    ready: {log: up}\n"
		}
		text += fmt.Sprintf("    restart: {policy: always, max_delay: 100ms, give_up: %s}\n", giveUp)
	}
	file := filepath.Join(u.Folder, "config", "services.yaml")
	must(u.T, os.WriteFile(file, []byte(text), 0o600))
	return u.launchExactly("ui", "--config", file)
}

// settled waits until every service runs, or is given up if it does not stay, and a
// cleanup helper is there if anything is to be kept; none of it by a process that was there before.
func (p *program) settled(before ...process) control.Status {
	p.u.T.Helper()
	isNew := func(pid int) bool {
		return !slices.ContainsFunc(before, func(p process) bool { return p.PID() == pid })
	}
	status := p.Status("every service runs or is given up", func(s control.Status) bool {
		for _, service := range s.Services {
			want := manager.Ready
			if service.Name == guardtest.ExitsAtOnce {
				want = manager.Failed
			}
			if service.State != want || !isNew(service.PID) {
				return false
			}
		}
		return len(s.Services) > 0 && isNew(s.Guard)
	})
	watched := slices.ContainsFunc(status.Services, func(s manager.Service) bool { return s.PID != 0 })
	wait(p.u.T, patience, "a cleanup helper", func() bool {
		return !watched || slices.ContainsFunc(p.u.Processes(), func(p process) bool { return p.Role == "cleanup helper" && isNew(p.PID()) })
	})
	return status
}
