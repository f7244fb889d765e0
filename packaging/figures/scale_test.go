//go:build linux

package figures

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/packaging/e2e/harness"
)

// stub is the service that is supervised here.
var stub = sync.OnceValues(func() (string, error) { return harness.Shipped("agents-tray/packaging/figures/stub") })

// fleet is a number of stubs in a place of their own.
type fleet struct {
	*place
	stub      string
	addresses []string
	more      []string // further arguments of each stub
	handed    bool     // their sockets are handed over
}

func newFleet(b *testing.B, count int, handed bool, more ...string) *fleet {
	path, err := stub()
	if err != nil {
		b.Fatal(err)
	}
	f := &fleet{place: newPlace(b), stub: path, more: more, handed: handed}
	for range count {
		f.addresses = append(f.addresses, guardtest.FreeAddress(b))
	}
	return f
}

// file writes the services file and returns its path.
func (f *fleet) file() string {
	var text bytes.Buffer
	text.WriteString("services:\n")
	for i, address := range f.addresses {
		arguments, listen := "-listen, "+address, "url: http://"+address
		if f.handed {
			arguments, listen = `-fd, "{fd}"`, "listen: "+address
		}
		for _, argument := range f.more {
			arguments += fmt.Sprintf(", %q", argument)
		}
		fmt.Fprintf(&text, "  s%d:\n    command: [%s, %s]\n    %s\n    ready: {http: /}\n    restart: {give_up: never, max_delay: 1ms}\n", i, f.stub, arguments, listen)
	}
	path := filepath.Join(f.T.TempDir(), "services.yaml")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		f.T.Fatal(err)
	}
	return path
}

// all waits until every stub answers. It asks one after the other: asking all at once,
// over and over, would take the processors from those that are to answer.
func (f *fleet) all() {
	for _, address := range f.addresses {
		f.answeringPID(address, 0)
	}
}

// answeringPID returns the pid that a stub answers with, as soon as it is not not.
func (f *fleet) answeringPID(address string, not int) int {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(500 * time.Microsecond) {
		if pid, err := ask(address); err == nil && pid != 0 && pid != not {
			return pid
		}
	}
	f.T.Fatalf("nobody answers at %s", address)
	return 0
}

// ask asks a stub for its pid.
func ask(address string) (pid int, err error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("GET / HTTP/1.1\r\nHost: stub\r\n\r\n")); err != nil {
		return 0, err
	}
	answer := make([]byte, 512)
	n := 0
	for n < len(answer) {
		read, err := conn.Read(answer[n:])
		n += read
		if err != nil {
			break
		}
	}
	_, body, _ := strings.Cut(string(answer[:n]), "\r\n\r\n")
	_, err = fmt.Sscan(body, &pid)
	return pid, err
}

// direct starts the stubs with nobody above them.
func (f *fleet) direct() time.Duration {
	began := time.Now()
	commands := make([]*exec.Cmd, len(f.addresses))
	for i, address := range f.addresses {
		commands[i] = exec.Command(f.stub, append([]string{"-listen", address}, f.more...)...)
		if err := commands[i].Start(); err != nil {
			f.T.Fatal(err)
		}
	}
	f.all()
	took := time.Since(began)
	for _, command := range commands {
		_ = command.Process.Kill() // it did its part
		_ = command.Wait()
	}
	return took
}

// From the start of the program to 2, 20 and 100 services answering, in pairs with the
// same services started directly; then from SIGTERM to everything gone.
func BenchmarkScale(b *testing.B) {
	for _, count := range []int{2, 20, 100} {
		for name, handed := range map[string]bool{"listen": true, "own port": false} {
			b.Run(fmt.Sprintf("%d/%s", count, name), func(b *testing.B) {
				f := newFleet(b, count, handed)
				file := f.file()
				first := f.start("ui", "--config", file) // the record exists from now on
				f.all()
				f.stop(first)
				var direct, managed, added, stops, tray, guard durations
				for b.Loop() {
					alone := f.direct()
					began := time.Now()
					program := f.start("ui", "--config", file)
					f.all()
					took := time.Since(began)
					time.Sleep(200 * time.Millisecond) // let the start settle
					used := usage(b, f.roles())
					tray, guard = append(tray, used["tray"].cpu), append(guard, used["guard"].cpu)
					stops = append(stops, f.stop(program))
					direct, managed, added = append(direct, alone), append(managed, took), append(added, took-alone)
				}
				b.ReportMetric(0, "ns/op")
				direct.report(b, "direct-ms")
				managed.report(b, "managed-ms")
				added.report(b, "added-ms")
				stops.report(b, "stop-ms")
				tray.report(b, "tray-cpu-ms")
				guard.report(b, "guard-cpu-ms")
			})
		}
	}
}

// Memory of tray, guard and keeper for so many services, and what they do in 10 s
// while nobody asks for anything. One run is enough.
func BenchmarkScaleIdle(b *testing.B) {
	for _, count := range []int{2, 20, 100} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			f := newFleet(b, count, true)
			program := f.start("ui", "--config", f.file())
			defer f.stop(program)
			f.all()
			time.Sleep(7 * time.Second) // let the start settle: for 5 s the guard looks for descendants now and then
			idle(b, f.roles(), 10*time.Second)
		})
	}
}

// From SIGKILL of a stub to the next one answering, beside starting one directly.
func BenchmarkScaleRestart(b *testing.B) {
	for name, handed := range map[string]bool{"listen": true, "own port": false} {
		b.Run(name, func(b *testing.B) {
			f := newFleet(b, 1, handed)
			program := f.start("ui", "--config", f.file())
			defer f.stop(program)
			alone := newFleet(b, 1, false)
			var direct, restart durations
			for b.Loop() {
				direct = append(direct, alone.direct())
				pid := f.answeringPID(f.addresses[0], 0)
				began := time.Now()
				must(b, syscall.Kill(pid, syscall.SIGKILL))
				f.answeringPID(f.addresses[0], pid)
				restart = append(restart, time.Since(began))
			}
			b.ReportMetric(0, "ns/op")
			direct.report(b, "direct-ms")
			restart.report(b, "restart-ms")
		})
	}
}

// A service under load is killed 100 times: how many connections are refused, and how
// many requests were answered meanwhile.
func BenchmarkRefused(b *testing.B) {
	f := newFleet(b, 1, true)
	program := f.start("ui", "--config", f.file())
	defer f.stop(program)
	address := f.addresses[0]
	f.answeringPID(address, 0)
	stop := make(chan struct{})
	var mu sync.Mutex
	refused, answered, cut := 0, 0, 0
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				conn, err := net.DialTimeout("tcp", address, patience)
				if err != nil {
					mu.Lock()
					refused++
					mu.Unlock()
					continue
				}
				conn.Close()
				_, err = ask(address)
				mu.Lock()
				if err == nil {
					answered++
				} else {
					cut++ // it was being answered by the one that was killed
				}
				mu.Unlock()
			}
		})
	}
	pid := 0
	for range 100 {
		pid = f.answeringPID(address, pid)
		must(b, syscall.Kill(pid, syscall.SIGKILL))
	}
	close(stop)
	clients.Wait()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(refused), "refused")
	b.ReportMetric(float64(answered), "answered")
	b.ReportMetric(float64(cut), "cut-off")
}

// What 10,000 lines in 10 s cost tray and guard, and a flood of a million: the time it
// took, the guard's processor time and its memory afterwards. All lines must be there.
func BenchmarkLogs(b *testing.B) {
	for name, arguments := range map[string][]string{"1000 a second": {"-lines", "1000"}, "flood": {"-flood", "1000000"}} {
		b.Run(name, func(b *testing.B) {
			f := newFleet(b, 1, true, arguments...)
			began := time.Now()
			program := f.start("ui", "--config", f.file())
			defer f.stop(program)
			f.all()
			roles := f.roles()
			log := f.State("logs/s0.log")
			for !strings.Contains(tail(log), "end of lines") {
				if time.Since(began) > patience {
					b.Fatal("the lines do not end")
				}
				time.Sleep(10 * time.Millisecond)
			}
			b.ReportMetric(time.Since(began).Seconds(), "seconds")
			b.ReportMetric(0, "ns/op")
			lines := 0
			for _, file := range []string{log, log + ".1", log + ".2"} {
				data, _ := os.ReadFile(file) // there may be fewer
				lines += bytes.Count(data, []byte(" out line "))
			}
			b.ReportMetric(float64(lines), "lines-kept")
			for role, used := range usage(b, roles) {
				b.ReportMetric(float64(used.cpu.Microseconds())/1000, role+"-cpu-ms")
				b.ReportMetric(pss(b, roles[role]), role+"-PSS-MB")
			}
		})
	}
}

// tail returns the end of a file, "" if there is none.
func tail(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	end := make([]byte, 200)
	if info, err := file.Stat(); err == nil {
		n, _ := file.ReadAt(end, max(0, info.Size()-int64(len(end)))) // less at the beginning
		end = end[:n]
	}
	return string(end)
}
