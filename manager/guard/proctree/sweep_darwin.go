package proctree

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// sweep looks at each process again just before its signal: there are no process handles
// here.
func sweep(assignment string, grace time.Duration) (int, error) {
	total := len(carriers(assignment))
	until := time.Now().Add(grace)
	tick := time.NewTicker(RescanInterval)
	defer tick.Stop()
	for {
		found := carriers(assignment)
		if len(found) == 0 {
			return total, nil
		}
		if late := time.Since(until); late >= 0 {
			for _, pid := range found {
				_ = syscall.Kill(pid, syscall.SIGKILL) // ESRCH: gone
			}
			if late > KillTimeout {
				return total, fmt.Errorf("sweep: %d processes could not be ended", len(found))
			}
		}
		<-tick.C
	}
}

// carriers returns the ids of the living processes whose environment holds assignment.
func carriers(assignment string) []int {
	processes, err := unix.SysctlKinfoProcSlice("kern.proc.uid", os.Getuid())
	if err != nil {
		return nil
	}
	var found []int
	for _, p := range processes {
		if pid := int(p.Proc.P_pid); pid != os.Getpid() && p.Proc.P_stat != zombieState && carries(pid, assignment) {
			found = append(found, pid)
		}
	}
	return found
}
