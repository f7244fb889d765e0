//go:build unix

package history

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// asUnprivileged runs a test that root would pass in vain, since nothing is
// write-protected from root, in a process of a user without rights. It returns false
// for every other user: the test is to be run here.
func asUnprivileged(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() != 0 {
		return false
	}
	const nobody = 65534
	folder, err := os.MkdirTemp("", "unprivileged-*") // t.TempDir is for root only
	must(t, err)
	defer os.RemoveAll(folder)
	must(t, os.Chown(folder, nobody, nobody))
	program, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		program, err = os.ReadFile(os.Args[0])
	}
	must(t, err)
	path := filepath.Join(folder, "test")
	must(t, os.WriteFile(path, program, 0o755))
	command := exec.Command(path, "-test.run=^"+t.Name()+"$", "-test.v")
	command.Dir, command.Env = folder, append(os.Environ(), "TMPDIR="+folder, "HOME="+folder)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("as a user without rights: %v\n%s", err, out)
	}
	return true
}
