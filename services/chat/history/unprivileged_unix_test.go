//go:build unix

package history

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// asUnprivileged runs the test in a process of the user nobody if this one is root, since
// file modes do not restrict root, and returns true. For other users it returns false: the
// test is to go on.
func asUnprivileged(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() != 0 {
		return false
	}
	const nobody = 65534
	folder, err := os.MkdirTemp("", "unprivileged-*") // only root may enter t.TempDir
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
