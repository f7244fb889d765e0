package proctree

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"agents-tray/manager/guard/guardtest"
)

// An id that one of ours had when its guard was killed may belong to a stranger by the next start,
// who founds a session with it and ends, as daemons do. Who is in that session is not ended.
func TestASessionOfAStrangerWithAnOldID(t *testing.T) {
	command := guardtest.Command(guardtest.Cooperative)
	founder := exec.Command("sh", append([]string{"-c", `"$@" >&- 2>&- & echo $!`, "sh"}, command...)...)
	founder.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	said, err := founder.Output()
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := strconv.Atoi(strings.TrimSpace(string(said)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Kill(stranger, syscall.SIGKILL) }()
	id := founder.Process.Pid
	if p, err := lookup(stranger); err != nil || p.session != id || p.group != id {
		t.Fatalf("its session is not that of %d: %+v, %v", id, p, err)
	}
	journal := filepath.Join(t.TempDir(), "session.guard"+journalSuffix)
	var text []byte
	for _, e := range []entry{
		{Boot: BootID(), Mark: "session"},
		{Run: RunVariable + "=s/1", PID: 1 << 23, Start: 1, Group: 1 << 23, Session: 7, Birthmark: birthmark("some guard", 1)},
		{Run: RunVariable + "=s/1", PID: id, Start: 1, Group: id, Session: id},
	} {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		text = append(append(text, line...), '\n')
	}
	if err := os.WriteFile(journal, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if ended, err := Sweep("", []string{journal}, 0); ended != 0 || err != nil {
		t.Errorf("it ended %d, %v", ended, err)
	}
	if !guardtest.Lives(stranger) {
		t.Error("a stranger was ended")
	}
}
