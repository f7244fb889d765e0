//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager/control"
)

func TestSignalsStopEverything(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"tray", "ui"} {
		for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
			t.Run(form+" "+signal.String(), func(t *testing.T) {
				t.Parallel()
				u := newUser(t)
				var p *program
				if form == "tray" {
					p = u.withDesktop().launch()
				} else {
					p = u.launch("ui")
				}
				p.ready()
				must(t, p.Process.Signal(signal))
				p.CleanEnd()
			})
		}
	}
}

// "killall agents-tray" means it, and so does a service manager at log-off, which signals a
// whole control group: all processes bear the program's name, and get the signal at once.
func TestASignalToAllOfItsProcesses(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"tray", "ui"} {
		t.Run(form, func(t *testing.T) {
			u := newUser(t)
			var p *program
			if form == "tray" {
				p = u.withDesktop().launch()
			} else {
				p = u.launch("ui")
			}
			p.ready()
			all := u.Processes()
			for _, process := range all {
				if process.Role == "cleanup helper" {
					continue // a shell
				}
				name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", process.PID()))
				if err != nil || string(name) != "agents-tray\n" {
					t.Errorf("%v is called %q, %v", process, name, err)
				}
			}
			for _, process := range all {
				process.Kill(syscall.SIGTERM)
			}
			p.CleanEnd()
			if said := u.Command("sessions"); !strings.Contains(said, "Ended cleanly") {
				t.Errorf("its end is told as %q", said)
			}
		})
	}
}

// "agents-tray ui | tee log": Ctrl-C ends the reader first.
func TestWithoutAReaderOfItsOutputItEndsCleanly(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p := u.prepare("ui")
	p.Stdout, p.Stderr = write, nil
	p.Start()
	write.Close()
	p.Ready()
	read.Close()
	p.quit()
}

// A terminal after Ctrl-S, or a pipe whose reader hangs, takes nothing: neither holds up what is
// clicked, nor the end.
func TestAReaderOfItsOutputThatHangs(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{"in the tray": nil, "in the terminal": {"ui"}, "as JSON": {"ui", "--json"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUser(t).withDesktop()
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer read.Close()
			defer write.Close()
			fill(t, write)
			p := u.prepare(args...)
			p.Stdout = write
			p.Start()
			p.Ready()
			u.Command("stop", "chat")
			u.Command("quit")
			p.CleanEnd()
		})
	}
}

// fill makes a pipe take no more.
func fill(t *testing.T, pipe *os.File) {
	t.Helper()
	must(t, pipe.SetWriteDeadline(time.Now().Add(time.Second))) // it takes 64 kB without a reader
	if _, err := pipe.Write(make([]byte, 1<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the pipe takes everything: %v", err)
	}
}

// A service that is frozen cannot stop, and must not keep the second signal waiting.
func TestASecondSignalDoesNotWait(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	p := u.launch("ui").ready()
	guard := p.Status("it has a guard", func(s control.Status) bool { return s.Guard != 0 }).Guard
	must(t, syscall.Kill(guard, syscall.SIGSTOP))
	began := time.Now()
	for range 2 {
		must(t, p.Process.Signal(syscall.SIGINT))
		time.Sleep(100 * time.Millisecond) // two signals at once would be one
	}
	p.CleanEnd()
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
}
