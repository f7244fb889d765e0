//go:build linux

package figures

import (
	"os"
	"strings"
	"testing"
	"time"
)

// From saving the services file to the changed service answering, beside its own start.
func BenchmarkSave(b *testing.B) {
	f := newFleet(b, 2, false)
	file := f.file()
	program := f.start("ui", "--config", file)
	defer f.stop(program)
	f.all()
	alone := newFleet(b, 1, false)
	text, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	var direct, save durations
	for n := 0; b.Loop(); n++ {
		direct = append(direct, alone.direct())
		pid := f.answeringPID(f.addresses[0], 0)
		changed := strings.Replace(string(text), "ready: {http: /}", "env: {CHANGED: \""+strings.Repeat("x", n+1)+"\"}\n    ready: {http: /}", 1)
		began := time.Now()
		must(b, os.WriteFile(file, []byte(changed), 0o600))
		f.answeringPID(f.addresses[0], pid)
		save = append(save, time.Since(began))
	}
	b.ReportMetric(0, "ns/op")
	direct.report(b, "direct-ms")
	save.report(b, "save-ms")
}

// The commands that people wait for: status of a running instance, and check of a file with
// 200 services, from the start of the process to its end, beside a command that does nothing.
func BenchmarkCommands(b *testing.B) {
	f := newFleet(b, 2, false)
	program := f.start("ui", "--config", f.file())
	defer f.stop(program)
	f.all()
	many := newFleet(b, 200, false)
	file := many.file()
	figures := map[string]*durations{}
	for b.Loop() {
		for name, arguments := range map[string][]string{
			"nothing-ms": {"version"}, "status-ms": {"status"}, "check-200-ms": {"check", "--config", file},
		} {
			began := time.Now()
			f.start(arguments...).End()
			if figures[name] == nil {
				figures[name] = &durations{}
			}
			*figures[name] = append(*figures[name], time.Since(began))
		}
	}
	b.ReportMetric(0, "ns/op")
	for name, figure := range figures {
		figure.report(b, name)
	}
}
