package proctree

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// What a service has had in processes is forgotten, in memory as in the journal, but for those
// that live and those by which others are known. Once a guard grew with each of them.
func TestProcessesThatHaveEndedAreForgotten(t *testing.T) {
	t.Setenv(GuardVariable, "guard")
	t.Setenv(SessionVariable, "session")
	tree := &Tree{seen: map[int]seen{}}
	if err := tree.Keep(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	// The founder of a group in which its child lives on.
	founder := exec.Command("sh", "-c", "sleep 600 >&- & echo $!")
	founder.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := founder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := founder.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	known, err := lookup(founder.Process.Pid) // a zombie still
	if err != nil {
		t.Fatal(err)
	}
	if err := founder.Wait(); err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(said)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Kill(child, syscall.SIGKILL) }()
	living, err := lookup(child)
	if err != nil {
		t.Fatal(err)
	}

	const none = 1 << 23 // beyond all process ids
	of := Selector{Variable: RunVariable + "=s/1", Group: none}
	leader := process{pid: none, start: 1, group: none, session: 7}
	tree.seen[none] = seen{leader, none}
	tree.journal.add(of.Variable, leader, "", 77)
	tree.remember(known, of)
	tree.remember(living, of)
	const many = 20 * leastCrowded
	for i := range many {
		tree.remember(process{pid: none + 1 + i, start: 2, group: none, session: 7}, of)
	}
	for what, pid := range map[string]int{"the leader": none, "who has founded a group": known.pid, "who lives": child} {
		if _, ok := tree.seen[pid]; !ok {
			t.Errorf("%s was forgotten", what)
		}
	}
	text, err := os.ReadFile(tree.Journal())
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range []int{none, known.pid, child} {
		if !bytes.Contains(text, fmt.Appendf(nil, `"pid":%d,`, pid)) {
			t.Errorf("%d is not in the journal", pid)
		}
	}
	if lines := bytes.Count(text, []byte("\n")); len(tree.seen) > 2*leastCrowded || lines > 2*leastCrowded {
		t.Errorf("of %d processes %d are remembered, and %d lines are in the journal", many, len(tree.seen), lines)
	}
}
