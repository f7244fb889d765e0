package proctree

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// sweep opens a handle of each process before it reads the environment, so that a process
// which gets the same id later is not signalled.
func sweep(assignment string, grace time.Duration) (int, error) {
	until := time.Now().Add(grace)
	found := carriers(assignment)
	total := len(found)
	for _, h := range found { // wait for each to end, then for nobody new to be there
		h.wait(until)
		h.close()
	}
	for deadline := time.Now().Add(KillTimeout); ; {
		found = carriers(assignment)
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

// A handle refers to one process for good, while its id may be given again.
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

// carriers returns handles of the living processes whose environment holds assignment.
func carriers(assignment string) []handle {
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
		// Once more: before the handle was opened, the id may have changed hands.
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
	if err != nil || !holds(string(environ), assignment) {
		return false
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err == nil && bytes.Contains(status, fmt.Appendf(nil, "\nUid:\t%d\t", os.Getuid()))
}
