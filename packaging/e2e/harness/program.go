//go:build linux

package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/tray/traytest"
)

// Program is a started agents-tray.
type Program struct {
	*exec.Cmd
	Out   Output
	u     *User
	ended chan struct{} // closed once it has
}

// Output is what a program has printed so far.
type Output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *Output) Write(data []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(data)
}

func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// Launch starts the program with the user's ports.
func (u *User) Launch(args ...string) *Program {
	u.T.Helper()
	return u.LaunchExactly(append(args, "--dashboard-port", fmt.Sprint(u.Dashboard), "--chat-port", fmt.Sprint(u.Chat))...)
}

// LaunchExactly starts the program with these arguments alone.
func (u *User) LaunchExactly(args ...string) *Program {
	u.T.Helper()
	return u.Prepare(args...).Start()
}

// Prepare returns the user's build of the program, so that its environment, files and so
// on may be changed before it starts.
func (u *User) Prepare(args ...string) *Program {
	u.T.Helper()
	if u.Build == "" {
		var err error
		if u.Build, err = tested(); err != nil {
			u.T.Fatal(err)
		}
	}
	p := &Program{Cmd: exec.Command(u.Build, args...), u: u, ended: make(chan struct{})}
	p.Env, p.Stdout, p.Stderr = u.Environment(), &p.Out, &p.Out
	p.WaitDelay = time.Second
	return p
}

// Start starts the program. It is ended with the test, which fails if the race detector
// has reported something.
func (p *Program) Start() *Program {
	u := p.u
	u.T.Helper()
	if err := p.Cmd.Start(); err != nil {
		u.T.Fatal(err)
	}
	go func() {
		_ = p.Wait() // its status is in ProcessState
		close(p.ended)
	}()
	u.T.Cleanup(func() {
		_ = p.Process.Signal(syscall.SIGTERM) // ended already, most often
		p.End()
		if u.T.Failed() {
			u.T.Logf("agents-tray %v printed:\n%s", p.Args[1:], p.Out.String())
		}
	})
	return p
}

// End waits for the program's end and returns its exit status.
func (p *Program) End() int {
	p.u.T.Helper()
	select {
	case <-p.ended:
	case <-time.After(Patience):
		_ = p.Process.Signal(syscall.SIGQUIT) // the stacks tell why
		p.u.T.Errorf("agents-tray did not end")
		<-p.ended
	}
	return p.ProcessState.ExitCode()
}

// Ready waits until both services answer.
func (p *Program) Ready() *Program {
	p.u.T.Helper()
	p.Status("both services are ready", func(s control.Status) bool {
		return len(s.Services) > 0 && !slices.ContainsFunc(s.Services, func(s manager.Service) bool { return s.State != manager.Ready })
	})
	return p
}

// Status returns the program's state when it is as wanted.
func (p *Program) Status(what string, wanted func(control.Status) bool) control.Status {
	p.u.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	var last control.Status
	for ctx.Err() == nil {
		address, err := p.u.Address()
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
			p.u.T.Fatalf("agents-tray ended before %s:\n%s", what, p.Out.String())
		case <-time.After(5 * time.Millisecond): // it has not written its address yet
		}
	}
	state, _ := json.MarshalIndent(last, "", "  ") // for the message only
	p.u.T.Fatalf("waited in vain until %s:\n%s\n%s", what, state, p.Out.String())
	return last
}

// CleanEnd asserts that the program ended with status 0 and left nothing.
func (p *Program) CleanEnd() {
	p.u.T.Helper()
	if status := p.End(); status != 0 {
		p.u.T.Errorf("exit status %d", status)
	}
	p.u.NothingLeft()
}

// Item waits for the program's tray icon.
func (p *Program) Item() *traytest.Item {
	p.u.T.Helper()
	return p.u.Panel.WaitItem(p.u.T.Context(), p.Process.Pid)
}
