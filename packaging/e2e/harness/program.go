//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/tray/traytest"
)

// program is a started agents-tray.
type program struct {
	*exec.Cmd
	u     *user
	out   output
	ended chan struct{}
}

// output is what a program has printed so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(data []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(data)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// launch starts the program with the user's ports.
func (u *user) launch(args ...string) *program {
	u.t.Helper()
	return u.launchExactly(append(args, "--dashboard-port", fmt.Sprint(u.dashboard), "--chat-port", fmt.Sprint(u.chat))...)
}

func (u *user) launchExactly(args ...string) *program {
	u.t.Helper()
	path, err := binary()
	if err != nil {
		u.t.Fatal(err)
	}
	return u.launchProgram(path, nil, args...)
}

// launchProgram starts any build of the program, with more in its environment.
func (u *user) launchProgram(path string, environment []string, args ...string) *program {
	u.t.Helper()
	p := &program{Cmd: exec.Command(path, args...), u: u, ended: make(chan struct{})}
	p.Env, p.Stdout, p.Stderr = append(u.environment(), environment...), &p.out, &p.out
	p.WaitDelay = time.Second
	if err := p.Start(); err != nil {
		u.t.Fatal(err)
	}
	go func() {
		_ = p.Wait() // its status is in ProcessState
		close(p.ended)
	}()
	u.t.Cleanup(func() {
		_ = p.Process.Signal(syscall.SIGTERM) // ended already, most often
		p.end()
		for _, race := range ourRaces(p.out.String()) {
			u.t.Error(race)
		}
		if u.t.Failed() {
			u.t.Logf("agents-tray %v printed:\n%s", args, p.out.String())
		}
	})
	return p
}

// end waits for the program's end and returns its exit status.
func (p *program) end() int {
	p.u.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.Process.Signal(syscall.SIGQUIT) // the stacks tell why
		p.u.t.Errorf("agents-tray did not end")
		<-p.ended
	}
	return p.ProcessState.ExitCode()
}

// ready waits until both services answer.
func (p *program) ready() *program {
	p.u.t.Helper()
	p.status("both services are ready", func(s control.Status) bool {
		return len(s.Services) > 0 && !slices.ContainsFunc(s.Services, func(s manager.Service) bool { return s.State != manager.Running })
	})
	return p
}

// status returns the program's state when it is as wanted.
func (p *program) status(what string, wanted func(control.Status) bool) control.Status {
	p.u.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var last control.Status
	for ctx.Err() == nil {
		address, err := p.u.address()
		if err == nil {
			watch, found := context.WithCancel(ctx)
			_ = control.NewClient(address).Watch(watch, func(s control.Status) { // ends when found
				if last = s; wanted(s) {
					found()
				}
			})
			seen := watch.Err() != nil && ctx.Err() == nil
			found()
			if seen {
				return last
			}
		}
		select {
		case <-p.ended:
			p.u.t.Fatalf("agents-tray ended before %s:\n%s", what, p.out.String())
		case <-time.After(5 * time.Millisecond): // it has not written its address yet
		}
	}
	state, _ := json.MarshalIndent(last, "", "  ") // for the message only
	p.u.t.Fatalf("waited in vain until %s:\n%s\n%s", what, state, p.out.String())
	return last
}

// cleanEnd asserts that the program ended with status 0 and left nothing.
func (p *program) cleanEnd() {
	p.u.t.Helper()
	if status := p.end(); status != 0 {
		p.u.t.Errorf("exit status %d", status)
	}
	p.u.nothingLeft()
}

// ourRaces returns the race detector's reports of accesses in our code. The tray
// library and the D-Bus library race with themselves: with the panel's questions about
// what is being set.
func ourRaces(printed string) []string {
	libraries := []string{"fyne.io/systray.", "github.com/godbus/dbus/"}
	var ours []string
	for _, report := range strings.Split(printed, "==================") {
		if !strings.Contains(report, "DATA RACE") {
			continue
		}
		for _, stack := range strings.Split(report, "\n\n")[:2] { // the two accesses
			for frame := range strings.Lines(stack) {
				frame = strings.TrimSpace(frame)
				if slices.ContainsFunc(libraries, func(l string) bool { return strings.HasPrefix(frame, l) }) {
					break
				}
				if strings.HasPrefix(frame, "agents-tray/") || strings.HasPrefix(frame, "main.") {
					ours = append(ours, report)
					break
				}
			}
		}
	}
	return ours
}

// item waits for the program's tray icon.
func (p *program) item() *traytest.Item {
	p.u.t.Helper()
	return p.u.panel.WaitItem(p.u.t.Context(), p.Process.Pid)
}
