//go:build linux

package e2e

import (
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
