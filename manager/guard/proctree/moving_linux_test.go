package proctree

import (
	"os"
	"os/exec"
	"syscall"
	"testing"

	"agents-tray/manager/guard/guardtest"
)

// One that becomes our child while the others are being looked at is found all the same: that
// there is nothing is believed at the second look only.
func TestOneThatMovesWhileItIsLookedFor(t *testing.T) {
	tree := &Tree{adopts: true}
	start := func(run string) int {
		command := guardtest.Command(guardtest.Cooperative)
		child := &exec.Cmd{Path: command[0], Args: command, Env: append(os.Environ(), RunVariable+"="+run), SysProcAttr: &syscall.SysProcAttr{Setpgid: true}}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = child.Process.Kill()
			_ = child.Wait() // it was killed
		})
		return child.Process.Pid
	}
	other, moving := start("other/1"), start("s/1")
	before := func() ([]int, error) { return []int{other}, nil } // it was somebody else's then
	found, err := tree.Descendants(Selector{Variable: RunVariable + "=s/1", Group: 1}, nil, before)
	if err != nil || len(found) != 1 || found[0].PID != moving {
		t.Errorf("found %v, %v", found, err)
	}
}
