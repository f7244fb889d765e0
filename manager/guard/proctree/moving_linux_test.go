package proctree

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

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
			_ = child.Process.Kill() // it may have ended
			_ = child.Wait()         // it was killed
		})
		return child.Process.Pid
	}
	other, moving := start("other/1"), start("s/1")
	before := func() ([]int, error) { return []int{other}, nil } // it was somebody else's then
	found, err := tree.Descendants(Selector{Variable: RunVariable + "=s/1", Group: 1}, nil, before)
	if err != nil || len(found) != 1 || found[0].PID != moving {
		t.Fatalf("found %v, %v", found, err)
	}
	if found[0].start++; found[0].still() { // another one of ours has its id
		t.Error("one that has started at another time is taken for it")
	}
}

// A process of which the first thread has ended looks like a zombie, and still has its sockets.
func TestOneWithoutItsFirstThreadIsNotGone(t *testing.T) {
	command := guardtest.Command(guardtest.LosesMain)
	child := &exec.Cmd{Path: command[0], Args: command, SysProcAttr: &syscall.SysProcAttr{Setpgid: true}}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = child.Process.Kill() // it may have ended
		_ = child.Wait()         // it was killed
	}()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		p, err := lookup(child.Process.Pid)
		if err != nil || time.Now().After(end) {
			t.Fatalf("its first thread does not end: %+v, %v", p, err)
		}
		if p.state == 'Z' && p.threads > 1 {
			break
		}
	}
	tree := &Tree{adopts: true}
	if found, err := tree.Descendants(Selector{}, nil, tree.Children); err != nil || len(found) != 1 || !found[0].still() {
		t.Errorf("found %v, %v", found, err)
	}
}
