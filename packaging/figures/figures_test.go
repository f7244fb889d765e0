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
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/tray/traytest"
)

const patience = 30 * time.Second

// binary builds the program once.
var binary = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "agents-tray-figures-*")
	if err != nil {
		return "", err
	}
	return build("agents-tray", folder)
})

// build builds a program of this module as it is shipped, and returns its path in folder.
func build(program, folder string) (string, error) {
	path := filepath.Join(folder, filepath.Base(program))
	command := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, program)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
}

func TestMain(m *testing.M) {
	status := m.Run()
	if path, err := binary(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(status)
}

// place is where one measurement runs: folders and ports of its own.
type place struct {
	b               *testing.B
	env             []string
	mark            string
	dashboard, chat string // addresses
	bus             *traytest.Bus
}

func newPlace(b *testing.B, desktop bool) *place {
	folder := b.TempDir()
	p := &place{b: b, mark: "XDG_STATE_HOME=" + folder, dashboard: guardtest.FreeAddress(b), chat: guardtest.FreeAddress(b)}
	p.env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder, p.mark, "XDG_CONFIG_HOME=" + folder, "XDG_RUNTIME_DIR=" + folder}
	if desktop {
		p.bus = traytest.StartBus(b)
		p.env = append(p.env, "DBUS_SESSION_BUS_ADDRESS="+p.bus.Address)
	}
	return p
}

// start runs the program with arguments.
func (p *place) start(arguments ...string) *exec.Cmd {
	path, err := binary()
	if err != nil {
		p.b.Fatal(err)
	}
	command := exec.Command(path, arguments...)
	command.Env = append(p.env, `AGENTS_TRAY_CONTROL={"network":"unix","address":"/nonexistent"}`)
	if err := command.Start(); err != nil {
		p.b.Fatal(err)
	}
	return command
}

// launch runs the whole program.
func (p *place) launch() *exec.Cmd {
	port := func(address string) string { _, port, _ := net.SplitHostPort(address); return port }
	arguments := []string{"--dashboard-port", port(p.dashboard), "--chat-port", port(p.chat)}
	if p.bus == nil {
		arguments = append([]string{"ui"}, arguments...)
	}
	return p.start(arguments...)
}

// stop ends the program and returns how long that took.
func (p *place) stop(command *exec.Cmd) time.Duration {
	began := time.Now()
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		p.b.Fatal(err)
	}
	_ = command.Wait() // of a service by itself, too
	took := time.Since(began)
	if left := guardtest.Left(p.mark); len(left) > 0 {
		p.b.Errorf("left behind: %v", left)
	}
	return took
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
	p.b.Fatalf("nobody answers at %s", address)
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
	chat := p.start("serve", "chat", "--listen", p.chat, "--database", filepath.Join(p.b.TempDir(), "chat.db"))
	p.both()
	took := time.Since(began)
	for _, command := range []*exec.Cmd{dashboard, chat} {
		_ = command.Process.Kill() // it did its part
		_ = command.Wait()
	}
	return took
}

// From the start of the program to both services answering, in pairs with the same
// services started directly.
func BenchmarkStart(b *testing.B) {
	for _, form := range []string{"terminal", "tray"} {
		b.Run(form, func(b *testing.B) {
			p := newPlace(b, form == "tray")
			if p.bus != nil {
				p.bus.StartHost(b)
			}
			p.stop(func() *exec.Cmd { c := p.launch(); p.both(); return c }()) // the record exists from now on
			var direct, managed, added durations
			for b.Loop() {
				alone := p.direct()
				began := time.Now()
				command := p.launch()
				p.both()
				took := time.Since(began)
				p.stop(command)
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
	p := newPlace(b, true)
	panel := p.bus.StartHost(b)
	var registered durations
	for b.Loop() {
		began := time.Now()
		command := p.launch()
		item := panel.WaitItem(b.Context(), command.Process.Pid)
		registered = append(registered, item.Registrations()[0].Sub(began))
		p.both()
		p.stop(command)
	}
	b.ReportMetric(0, "ns/op")
	registered.report(b, "icon-ms")
}

// From SIGKILL of a service to the next one answering, beside starting it directly.
func BenchmarkRestart(b *testing.B) {
	p := newPlace(b, false)
	var direct, restart durations
	for b.Loop() {
		began := time.Now()
		alone := p.start("serve", "chat", "--listen", p.chat)
		p.answering(p.chat, 0)
		direct = append(direct, time.Since(began))
		_ = alone.Process.Kill() // it did its part
		_ = alone.Wait()

		command := p.launch()
		p.both()
		pid := p.answering(p.chat, 0)
		began = time.Now()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			b.Fatal(err)
		}
		p.answering(p.chat, pid)
		restart = append(restart, time.Since(began))
		p.stop(command)
	}
	b.ReportMetric(0, "ns/op")
	direct.report(b, "direct-ms")
	restart.report(b, "restart-ms")
}

// From SIGTERM to everything gone.
func BenchmarkStop(b *testing.B) {
	p := newPlace(b, false)
	var stops durations
	for b.Loop() {
		command := p.launch()
		p.both()
		time.Sleep(100 * time.Millisecond) // let the start settle
		stops = append(stops, p.stop(command))
	}
	b.ReportMetric(0, "ns/op")
	stops.report(b, "stop-ms")
}

// Memory of each process, and what they do while nobody asks for anything. One run
// is enough: it lasts 30 s.
func BenchmarkIdle(b *testing.B) {
	p := newPlace(b, true)
	p.bus.StartHost(b)
	command := p.launch()
	defer p.stop(command)
	p.both()
	time.Sleep(7 * time.Second) // let the start settle; after 5 s the tray makes sure of its icon, once
	roles := p.roles(command.Process.Pid)
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

// roles returns the processes of a running program by what they are.
func (p *place) roles(tray int) map[string]int {
	roles := map[string]int{"tray": tray}
	for _, process := range guardtest.Left(p.mark) {
		fields := strings.Fields(process)
		pid, _ := strconv.Atoi(fields[0])
		for _, role := range []string{"guard", "dashboard", "chat"} {
			if pid != tray && slices.Contains(fields[2:min(4, len(fields))], role) || pid != tray && strings.Contains(process, "serve "+role) {
				roles[role] = pid
			}
		}
	}
	return roles
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
