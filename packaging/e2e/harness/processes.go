//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
)

// A process is one of those that a user's program consists of. Its handle means this
// process for good, not a number.
type process struct {
	handle *os.Process
	role   string // "tray", "guard", "keeper", "service" or, of what that started, "descendant"
	run    string // of the last two: the service's name and the number of its run
}

func (p process) pid() int { return p.handle.Pid }

func (p process) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s", p.role, p.run)) + fmt.Sprintf(" (%d)", p.pid())
}

// parent is the process id of its parent; 0 once it has ended.
func (p process) parent() int {
	fields := p.stat()
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1]) // the kernel writes numbers
	return parent
}

// service is the name of the service it belongs to.
func (p process) service() string { name, _, _ := strings.Cut(p.run, "/"); return name }

// kill sends a signal; a process that has ended already gets none.
func (p process) kill(sig syscall.Signal) { _ = p.handle.Signal(sig) }

// state is the kernel's letter: R, S, T, …; "" once it has ended.
func (p process) state() string {
	if fields := p.stat(); len(fields) > 0 {
		return fields[0]
	}
	return ""
}

// stat are the fields of /proc/PID/stat from the state on; none once it has ended.
func (p process) stat() []string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid()))
	if err != nil || p.handle.Signal(syscall.Signal(0)) != nil { // then the number may be somebody else's
		return nil
	}
	return strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
}

// ended reports whether it has ended; its parent may not have heard of it.
func (p process) ended() bool { state := p.state(); return state == "" || state == "Z" || state == "X" }

// processes are the user's that live.
func (u *user) processes() []process {
	var found []process
	folders, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well formed
	for _, folder := range folders {
		if _, ok := variable(folder, u.mark()); !ok {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(folder)) // as the pattern says
		handle, err := os.FindProcess(pid)
		if err != nil {
			continue // it has ended
		}
		commandLine, _ := os.ReadFile(folder + "/cmdline") // none: it has ended
		arguments := strings.Split(string(commandLine), "\x00")
		p := process{handle: handle, role: "tray"}
		run, ofService := variable(folder, "AGENTS_TRAY_SERVICE=")
		_, marked := variable(folder, u.mark()) // once more, now that the handle holds the number
		switch {
		case !marked || len(commandLine) == 0:
			handle.Release()
			continue
		case ofService:
			p.role, p.run = "descendant", run
			if slices.Contains(arguments, p.service()) {
				p.role = "service"
			}
		case arguments[0] == "agents-tray-keeper" || slices.Contains(arguments, "sweep"):
			p.role = "keeper"
		case slices.Contains(arguments, "guard"):
			p.role = "guard"
		}
		found = append(found, p)
	}
	return found
}

// variable looks for an assignment, or for the value of a name that ends with "=", in
// the environment of a process.
func variable(folder, assignment string) (value string, ok bool) {
	environ, err := os.ReadFile(folder + "/environ")
	if err != nil {
		return "", false
	}
	for pair := range strings.SplitSeq(string(environ), "\x00") {
		if value, ok = strings.CutPrefix(pair, assignment); ok && (value == "" || strings.HasSuffix(assignment, "=")) {
			return value, true
		}
	}
	return "", false
}

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
	u.t.Helper()
	text := "services:\n"
	for _, kind := range kinds {
		command, err := json.Marshal(guardtest.Command(kind))
		if err != nil {
			u.t.Fatal(err)
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
			text += fmt.Sprintf("    ready: {log: up}\n    listen: 127.0.0.1:%d\n", u.chat)
		default:
			text += "    ready: {log: up}\n"
		}
		text += fmt.Sprintf("    restart: {policy: always, max_delay: 100ms, give_up: %s}\n", giveUp)
	}
	file := filepath.Join(u.folder, "config", "services.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		u.t.Fatal(err)
	}
	return u.launchExactly("ui", "--config", file)
}

// settled waits until every service runs, or is given up if it does not stay, and a
// keeper is there if anything is to be kept; none of it by a process that was there before.
func (p *program) settled(before ...process) control.Status {
	p.u.t.Helper()
	isNew := func(pid int) bool {
		return !slices.ContainsFunc(before, func(p process) bool { return p.pid() == pid })
	}
	status := p.status("every service runs or is given up", func(s control.Status) bool {
		for _, service := range s.Services {
			want := manager.Running
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
	wait(p.u.t, patience, "a keeper", func() bool {
		return !watched || slices.ContainsFunc(p.u.processes(), func(p process) bool { return p.role == "keeper" && isNew(p.pid()) })
	})
	return status
}
