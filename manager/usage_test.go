//go:build linux

package manager

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/inspect"
	"agents-tray/manager/spec"
)

func usageOf(t *testing.T, m *Manager, name string) inspect.Usage {
	t.Helper()
	usage, err := m.Usage(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return usage
}

// awaitUsage measures until what is wanted is seen.
func awaitUsage(t *testing.T, m *Manager, name, what string, wanted func(inspect.Usage) bool) inspect.Usage {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		usage := usageOf(t, m, name)
		if wanted(usage) {
			return usage
		}
		if time.Now().After(end) {
			t.Fatalf("%s: %s is not to be seen: %+v", name, what, usage)
		}
	}
}

func TestUsageIsThatOfTheWholeTree(t *testing.T) {
	m := newManager(t, newSpec("alone", guardtest.Cooperative), newSpec("family", guardtest.Escapes))
	startAll(t, m)
	awaitOutput(t, m, "alone", 1)
	alone := usageOf(t, m, "alone")
	if alone.Processes != 1 || alone.Threads < 1 || alone.Memory < 1<<20 || alone.Memory > 100<<20 || time.Since(alone.At) > patience {
		t.Errorf("one process uses %+v", alone)
	}
	family := awaitUsage(t, m, "family", "the orphaned grandchild", func(u inspect.Usage) bool { return u.Processes == 2 })
	alone = usageOf(t, m, "alone") // pages that are shared count for less with each that shares them
	if family.Threads < 2 || family.Memory <= alone.Memory {
		t.Errorf("two use %+v, one %+v", family, alone)
	}
	must(t, m.Stop("alone"))
	awaitState(t, m, "alone", Stopped)
	if stopped := usageOf(t, m, "alone"); stopped.Processes != 0 || stopped.Memory != 0 {
		t.Errorf("a stopped service uses %+v", stopped)
	}
	if _, err := m.Usage(t.Context(), "nobody"); !errors.Is(err, ErrUnknownService("nobody")) {
		t.Errorf("of nobody: %v", err)
	}
}

func TestUsageGrowsWithWhatIsUsed(t *testing.T) {
	shell := func(name, script string) spec.ServiceSpec {
		return spec.ServiceSpec{Name: name, Title: name, Command: []string{"/bin/sh", "-c", script}}
	}
	m := newManager(t,
		shell("hungry", `trap 'x=$(head -c 30000000 /dev/zero | tr "\0" x)' USR1; while :; do sleep 1000 & wait; done`),
		shell("idle", "sleep 1000"),
		shell("busy", "while :; do :; done"),
	)
	startAll(t, m)
	before := awaitUsage(t, m, "hungry", "its child", func(u inspect.Usage) bool { return u.Processes == 2 })
	must(t, syscall.Kill(awaitState(t, m, "hungry", Ready).PID, syscall.SIGUSR1))
	awaitUsage(t, m, "hungry", "30 MB more", func(u inspect.Usage) bool { return u.Memory > before.Memory+25<<20 })

	first := usageOf(t, m, "busy")
	second := awaitUsage(t, m, "busy", "time on the processor", func(u inspect.Usage) bool { return u.CPU >= first.CPU+100*time.Millisecond })
	if spent, passed := second.CPU-first.CPU, second.At.Sub(first.At); spent > passed+50*time.Millisecond {
		t.Errorf("one thread spent %v in %v", spent, passed)
	}
	if idle := usageOf(t, m, "idle"); idle.CPU > time.Second {
		t.Errorf("one that sleeps spent %v", idle.CPU)
	}
}
