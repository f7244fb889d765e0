//go:build linux

// Package figures measures the program as a whole, beside the floor: the same work
// done directly.
//
//	go test -run '^$' -bench . -benchtime 15x ./packaging/figures
//
// Each figure is the median of that many runs. Nothing here fails because it is slow.
package figures

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"agents-tray/packaging/e2e/harness"
)

const patience = harness.Patience

// shipped is the program as it is shipped.
var shipped = sync.OnceValues(func() (string, error) { return harness.Shipped("agents-tray") })

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// place is where one measurement runs: folders and ports of its own.
type place struct {
	*harness.User
	dashboard, chat string // addresses
}

func newPlace(b *testing.B) *place {
	path, err := shipped()
	if err != nil {
		b.Fatal(err)
	}
	p := &place{User: harness.NewUser(b)}
	p.Build = path
	p.dashboard, p.chat = fmt.Sprintf("127.0.0.1:%d", p.Dashboard), fmt.Sprintf("127.0.0.1:%d", p.Chat)
	return p
}

// newDesktop is a place with a desktop.
func newDesktop(b *testing.B) *place {
	p := newPlace(b)
	p.WithDesktop()
	return p
}

// start runs the program with arguments.
func (p *place) start(arguments ...string) *harness.Program {
	program := p.Prepare(arguments...)
	program.Stdout, program.Stderr = nil, nil // else the end of both would be waited for
	program.Env = append(program.Env, `AGENTS_TRAY_CONTROL={"network":"unix","address":"/nonexistent"}`)
	return program.Start()
}

// launch runs the whole program.
func (p *place) launch() *harness.Program {
	arguments := []string{"--dashboard-port", fmt.Sprint(p.Dashboard), "--chat-port", fmt.Sprint(p.Chat)}
	if p.Bus == nil {
		arguments = append([]string{"ui"}, arguments...)
	}
	return p.start(arguments...)
}

// stop ends the program and returns how long that took.
func (p *place) stop(program *harness.Program) time.Duration {
	began := time.Now()
	must(p.T, program.Process.Signal(syscall.SIGTERM))
	program.End()
	took := time.Since(began)
	if left := p.Processes(); len(left) > 0 {
		p.T.Errorf("left behind: %v", left)
	}
	return took
}

// roles are the processes of the running program by what they are: "tray", "guard",
// "keeper" and the names of the services that are built in.
func (p *place) roles() map[string]int {
	roles := map[string]int{}
	for _, process := range p.Processes() {
		switch process.Role {
		case "descendant": // and any other service
		case "service":
			roles[process.Service()] = process.PID()
		default:
			roles[process.Role] = process.PID()
		}
	}
	return roles
}

// answering returns the pid that answers at address, as soon as one but not answers.
func (p *place) answering(address string, not int) int {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Microsecond) {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			continue
		}
		fmt.Fprintf(conn, "GET /healthz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", address)
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		var pid int
		if err == nil {
			body := make([]byte, 200)
			n, _ := response.Body.Read(body)
			_, text, _ := strings.Cut(string(body[:n]), `"pid":`)
			pid, _ = strconv.Atoi(strings.TrimRight(text, "}\n"))
		}
		conn.Close()
		if pid != 0 && pid != not {
			return pid
		}
	}
	p.T.Fatalf("nobody answers at %s", address)
	return 0
}

// both waits until both services answer.
func (p *place) both() {
	var wg sync.WaitGroup
	for _, address := range []string{p.dashboard, p.chat} {
		wg.Go(func() { p.answering(address, 0) })
	}
	wg.Wait()
}

// durations collects one figure.
type durations []time.Duration

func (d durations) report(b *testing.B, name string) {
	slices.Sort(d)
	b.ReportMetric(float64(d[len(d)/2].Microseconds())/1000, name)
}

// direct starts both services with nobody above them.
func (p *place) direct() time.Duration {
	began := time.Now()
	dashboard := p.start("serve", "dashboard", "--listen", p.dashboard)
	chat := p.start("serve", "chat", "--listen", p.chat, "--database", filepath.Join(p.T.TempDir(), "chat.db"))
	p.both()
	took := time.Since(began)
	for _, service := range []*harness.Program{dashboard, chat} {
		_ = service.Process.Kill() // it did its part
		service.End()
	}
	return took
}

// From the start of the program to both services answering, in pairs with the same
// services started directly.
func BenchmarkStart(b *testing.B) {
	for _, form := range []string{"terminal", "tray"} {
		b.Run(form, func(b *testing.B) {
			p := newPlace(b)
			if form == "tray" {
				p.WithDesktop()
			}
			first := p.launch() // the record exists from now on
			p.both()
			p.stop(first)
			var direct, managed, added durations
			for b.Loop() {
				alone := p.direct()
				began := time.Now()
				program := p.launch()
				p.both()
				took := time.Since(began)
				p.stop(program)
				direct, managed, added = append(direct, alone), append(managed, took), append(added, took-alone)
			}
			b.ReportMetric(0, "ns/op")
			direct.report(b, "direct-ms")
			managed.report(b, "managed-ms")
			added.report(b, "added-ms")
		})
	}
}

// From the start of the process to the icon registered with the panel.
func BenchmarkIcon(b *testing.B) {
	p := newDesktop(b)
	var registered durations
	for b.Loop() {
		began := time.Now()
		program := p.launch()
		item := p.Panel.WaitItem(b.Context(), program.Process.Pid)
		registered = append(registered, item.Registrations()[0].Sub(began))
		p.both()
		p.stop(program)
	}
	b.ReportMetric(0, "ns/op")
	registered.report(b, "icon-ms")
}

// From SIGKILL of a service to the next one answering, beside starting it directly.
func BenchmarkRestart(b *testing.B) {
	p := newPlace(b)
	var direct, restart durations
	for b.Loop() {
		began := time.Now()
		alone := p.start("serve", "chat", "--listen", p.chat)
		p.answering(p.chat, 0)
		direct = append(direct, time.Since(began))
		_ = alone.Process.Kill() // it did its part
		alone.End()

		program := p.launch()
		p.both()
		pid := p.answering(p.chat, 0)
		began = time.Now()
		must(b, syscall.Kill(pid, syscall.SIGKILL))
		p.answering(p.chat, pid)
		restart = append(restart, time.Since(began))
		p.stop(program)
	}
	b.ReportMetric(0, "ns/op")
	direct.report(b, "direct-ms")
	restart.report(b, "restart-ms")
}

// From SIGTERM to everything gone.
func BenchmarkStop(b *testing.B) {
	p := newPlace(b)
	var stops durations
	for b.Loop() {
		program := p.launch()
		p.both()
		time.Sleep(100 * time.Millisecond) // let the start settle
		stops = append(stops, p.stop(program))
	}
	b.ReportMetric(0, "ns/op")
	stops.report(b, "stop-ms")
}

// Memory of each process, and what they do while nobody asks for anything. One run
// is enough: it lasts 30 s.
func BenchmarkIdle(b *testing.B) {
	p := newDesktop(b)
	program := p.launch()
	defer p.stop(program)
	p.both()
	time.Sleep(7 * time.Second) // let the start settle; after 5 s the tray makes sure of its icon, once
	roles := p.roles()
	b.ReportMetric(pss(b, roles["tray"])+pss(b, roles["guard"]), "tray+guard-PSS-MB")
	idle(b, roles, 30*time.Second)
}

// idle reports the memory of processes, and what they use in a time in which nobody asks
// for anything.
func idle(b *testing.B, roles map[string]int, length time.Duration) {
	before := usage(b, roles)
	for role, pid := range roles {
		b.ReportMetric(pss(b, pid), role+"-PSS-MB")
	}
	time.Sleep(length)
	b.ReportMetric(0, "ns/op")
	for role, after := range usage(b, roles) {
		b.ReportMetric(float64((after.cpu-before[role].cpu).Microseconds())/1000, role+"-cpu-ms")
		b.ReportMetric(float64(after.switches-before[role].switches), role+"-switches")
	}
}

func pss(b *testing.B, pid int) float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		if fields := strings.Fields(string(line)); fields[0] == "Pss:" {
			kilobytes, _ := strconv.ParseFloat(fields[1], 64)
			return kilobytes / 1024
		}
	}
	b.Fatal("no Pss")
	return 0
}

type used struct {
	cpu      time.Duration
	switches int
}

// usage reads what each process has used so far, all threads.
func usage(b *testing.B, roles map[string]int) map[string]used {
	all := map[string]used{}
	for role, pid := range roles {
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
		if err != nil || len(tasks) == 0 {
			b.Fatalf("%s has no threads (%v)", role, err)
		}
		var sum used
		for _, task := range tasks {
			if stat, err := os.ReadFile(task + "/schedstat"); err == nil {
				nanoseconds, _ := strconv.ParseInt(strings.Fields(string(stat))[0], 10, 64)
				sum.cpu += time.Duration(nanoseconds)
			}
			status, err := os.ReadFile(task + "/status")
			if err != nil {
				continue
			}
			for line := range strings.Lines(string(status)) {
				if name, count, ok := strings.Cut(line, "ctxt_switches:"); ok && strings.HasSuffix(name, "voluntary_") {
					n, _ := strconv.Atoi(strings.TrimSpace(count))
					sum.switches += n
				}
			}
		}
		all[role] = sum
	}
	return all
}

// must ends the test if something that it needs has failed.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
