package guard

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Sweep ends every process that carries mark: what a guard left behind that was
// killed itself, or one that outlived its tray. A guard among them, or a service, is
// first given the grace to finish by itself; then all are killed. Only processes
// of this user are looked at, each through a handle that is opened before its
// environment is read, so that no other process can ever be meant. Keepers come last:
// none is needed then, and one that was stopped would stay for good.
//
// It returns how many processes there were, and an error if any is left.
func Sweep(mark string, grace time.Duration) (int, error) {
	if mark == "" {
		return 0, errors.New("sweep: no mark")
	}
	total, err := sweep(MarkEnvironment+"="+mark, grace)
	keepers, keeperErr := sweep(keeperEnvironment+"="+mark, 0)
	return total + keepers, errors.Join(err, keeperErr)
}

func sweep(assignment string, grace time.Duration) (int, error) {
	until := time.Now().Add(grace)
	found := marks(assignment)
	total := len(found)
	for _, h := range found { // wait for each to end, then for nobody new to be there
		h.wait(until)
		h.close()
	}
	for deadline := time.Now().Add(killTimeout); ; {
		found = marks(assignment)
		if len(found) == 0 {
			return total, nil
		}
		total = max(total, len(found))
		for _, h := range found {
			_ = unix.PidfdSendSignal(h.fd, unix.SIGKILL, nil, 0) // ESRCH: gone
		}
		killed := time.Now().Add(time.Second)
		for _, h := range found {
			h.wait(killed)
			h.close()
		}
		if time.Now().After(deadline) {
			return total, fmt.Errorf("sweep: %d processes could not be ended", len(found))
		}
	}
}

// A handle means one process for good, not a number.
type handle struct{ fd int }

func (h handle) close() { _ = unix.Close(h.fd) } // nothing was written

// wait returns when the process has ended or the time is over.
func (h handle) wait(until time.Time) {
	for {
		timeout := max(0, int(time.Until(until).Milliseconds()))
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(h.fd), Events: unix.POLLIN}}, timeout)
		if !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

// marks returns handles of the living processes whose environment holds assignment.
func marks(assignment string) []handle {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []handle
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		if !carries(pid, assignment) {
			continue // another user's, gone, or not ours
		}
		fd, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			continue // gone
		}
		// Once more, now that the handle holds the number still.
		if !carries(pid, assignment) {
			_ = unix.Close(fd)
			continue
		}
		found = append(found, handle{fd})
	}
	return found
}

// carries reports whether a process of this user has the assignment in its environment.
// Root could read that of anybody's.
func carries(pid int, assignment string) bool {
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil || !marked(string(environ), assignment) {
		return false
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err == nil && bytes.Contains(status, fmt.Appendf(nil, "\nUid:\t%d\t", os.Getuid()))
}
