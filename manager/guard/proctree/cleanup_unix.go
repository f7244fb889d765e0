//go:build unix

package guard

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A keeper is a small process that sleeps until the guard's end, whatever brings it,
// and then ends what the guard can no longer: descendants that have left their group
// have no other owner once tray and guard are killed together. The kernel ends only
// the guard's own children then.
//
// It is a shell, since that costs a tenth of what another process of ours would; it
// becomes one when it is needed.
type keeper struct {
	mark     string // names the guard
	pid      int    // 0 while there is none
	lifeline *os.File
	started  time.Time
	short    int  // how often in a row it has ended within keepPause
	off      bool // not wanted, or not to be had
}

const (
	keepPause = time.Second // from one keeper's start to the next one's, at least
	keepTries = 5           // a keeper that never lasts is done without
)

// keeperScript waits for the end of file on its standard input.
const keeperScript = `trap '' HUP INT TERM; read -r _; exec "$0" guard sweep "$1"`

// missing reports whether there should be one.
func (k *keeper) missing() bool { return k.pid == 0 && !k.off }

// next is when the next one may be started.
func (k *keeper) next() time.Time { return k.started.Add(keepPause) }

// start runs a keeper if there is none.
func (k *keeper) start() error {
	if k.pid != 0 || k.off || k.mark == "" {
		return nil
	}
	k.started = time.Now()
	self, path, err := ownProgram()
	if err != nil {
		k.off = true
		return err
	}
	defer self.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	theirs, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	defer theirs.Close()
	k.pid, err = syscall.ForkExec("/bin/sh", []string{"agents-tray-keeper", "-c", keeperScript, path, k.mark}, &syscall.ProcAttr{
		Dir: "/", Env: keeperMarks(os.Environ()),
		Files: []uintptr{theirs.Fd(), null.Fd(), null.Fd(), self.Fd()},
		Sys:   survivorAttributes(),
	})
	if err != nil {
		ours.Close()
		k.off = true
		return &os.PathError{Op: "start", Path: "/bin/sh", Err: err}
	}
	k.lifeline = ours
	return nil
}

// ended takes note of a child's end, and reports whether it was the keeper.
func (k *keeper) ended(pid int) bool {
	if pid != k.pid || pid == 0 {
		return false
	}
	k.lifeline.Close()
	k.pid = 0
	if k.short++; time.Since(k.started) >= keepPause {
		k.short = 0
	}
	k.off = k.off || k.short == keepTries
	return true
}

// dismiss ends the keeper: nothing is left to be kept.
func (k *keeper) dismiss() {
	if k.pid == 0 {
		return
	}
	_ = syscall.Kill(k.pid, syscall.SIGKILL) // our child, not reaped yet: it can be nobody else
	var status syscall.WaitStatus
	for {
		if _, err := syscall.Wait4(k.pid, &status, 0, nil); err != syscall.EINTR {
			break
		}
	}
	k.ended(k.pid)
	k.off = true
}

// keeperMarks is an environment by which no guard's sweep finds its process; that of the
// session does, in the end.
func keeperMarks(env []string) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return name == MarkEnvironment || name == guardEnvironment
	})
	return append(env, keeperEnvironment+"="+os.Getenv(MarkEnvironment))
}
