package proctree

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"agents-tray/manager/guard/guardtest"
)

func TestMain(m *testing.M) {
	guardtest.Main(func([]string) int { panic("no test here starts a guard") })
	os.Exit(m.Run())
}

// The id of a descendant that has ended must not be signalled: it may belong to another
// program by now.
func TestARecycledIDIsNotSignalled(t *testing.T) {
	if os.Getuid() == 0 && inNumbersOfItsOwn(t) {
		return
	}
	for name, of := range map[string]Selector{
		"any descendant":  {},
		"by its variable": {Variable: RunVariable + "=s/1", Group: 1},
	} {
		t.Run(name, func(t *testing.T) {
			tree := &Tree{adopts: true}
			command := guardtest.Command(guardtest.Cooperative)
			child := &exec.Cmd{
				Path: command[0], Args: command, Env: append(os.Environ(), RunVariable+"=s/1"),
				SysProcAttr: &syscall.SysProcAttr{Setpgid: true},
			}
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			all, err := tree.Descendants(of, nil, tree.Children)
			if err != nil || len(all) != 1 || all[0].PID != child.Process.Pid || !all[0].still() {
				t.Fatalf("a living descendant is not taken for one: %v, %v", all, err)
			}
			found := all[0]
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = child.Wait() // it was killed
			witness := recycle(t, &found)
			if found.still() {
				t.Error("a stranger with a descendant's number is taken for it")
			}
			for _, err := range []error{tree.TerminateDescendant(found), tree.KillDescendant(found)} {
				if err != nil {
					t.Error(err)
				}
			}
			witness.Untouched("who has the number of an ended descendant")
		})
	}
}

// inNumbersOfItsOwn runs this very test in a PID namespace, so that the numbers that it
// has given again are nobody else's, and reports whether it has; false: it is there.
func inNumbersOfItsOwn(t *testing.T) bool {
	const there = "GUARD_TEST_NAMESPACE"
	if os.Getenv(there) != "" {
		if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
			t.Fatal(err)
		}
		return false
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// A shell is there what adopts orphans.
	command := exec.Command("sh", "-c", `"$0" "$@"; exit $?`, self, "-test.run=^"+t.Name()+"$", "-test.v")
	command.Env = append(os.Environ(), there+"=1")
	command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID, Unshareflags: syscall.CLONE_NEWNS}
	out, err := command.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("in a namespace of its own: %v\n%s", err, out)
	}
	return true
}

// recycle gives the number of a process that has ended to a stranger. Only root can
// have that for sure; for others the stranger's number takes its place.
func recycle(t *testing.T, d *Descendant) *guardtest.Witness {
	for range 100 {
		witness := guardtest.StartWitness(t, nil, strconv.Itoa(d.PID))
		if witness.PID == d.PID {
			return witness
		}
		if os.Getuid() != 0 {
			d.PID = witness.PID
			return witness
		}
	}
	t.Fatalf("the number %d cannot be had", d.PID)
	return nil
}
