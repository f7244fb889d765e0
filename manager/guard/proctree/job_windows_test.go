package proctree

import (
	"os"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"agents-tray/manager/guard/guardtest"
)

func TestMain(m *testing.M) {
	guardtest.Main(func([]string) int { panic("no test here starts a guard") })
	os.Exit(m.Run())
}

func TestAJobKillsItsMembersOnly(t *testing.T) {
	first, second := member(t), member(t)
	if pids, err := first.job.members(); err != nil || !slices.Contains(pids, first.PID) || slices.Contains(pids, second.PID) {
		t.Errorf("%d's job lists %v", first.PID, pids)
	}
	for _, pid := range []int{second.PID, first.PID} {
		if err := first.job.killMember(pid); err != nil {
			t.Error(err)
		}
	}
	if !first.ends(5 * time.Second) {
		t.Error("a member lives on")
	}
	if second.ends(0) {
		t.Error("a stranger was killed")
	}
	if pids, err := first.job.members(); err != nil || slices.Contains(pids, first.PID) {
		t.Errorf("it has ended, but is in %v", pids)
	}
	second.job.close()
	if !second.ends(5 * time.Second) {
		t.Error("a member of a closed job lives on")
	}
}

// member starts a process in a job of its own.
func member(t *testing.T) *Process {
	t.Helper()
	cmd, err := guardtest.Run(guardtest.IgnoresTERM)
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{PID: cmd.Process.Pid}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it should have ended
		_ = cmd.Wait()         // with the status of one that was killed
		windows.CloseHandle(p.handle)
	})
	if err := cmd.Process.WithHandle(func(handle uintptr) {
		self := windows.CurrentProcess()
		err = windows.DuplicateHandle(self, windows.Handle(handle), self, &p.handle, 0, false, windows.DUPLICATE_SAME_ACCESS)
	}); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if p.job, err = jobOf(p.handle, ""); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *Process) ends(within time.Duration) bool {
	state, err := windows.WaitForSingleObject(p.handle, uint32(within.Milliseconds()))
	return err == nil && state == windows.WAIT_OBJECT_0
}
