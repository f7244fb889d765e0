package guard

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// sweep has no process handles here, so each is looked at again just before its signal.
func sweep(assignment string, grace time.Duration) (int, error) {
	total := len(marks(assignment))
	until := time.Now().Add(grace)
	tick := time.NewTicker(rescan)
	defer tick.Stop()
	for {
		found := marks(assignment)
		if len(found) == 0 {
			return total, nil
		}
		if late := time.Since(until); late >= 0 {
			for _, pid := range found {
				_ = syscall.Kill(pid, syscall.SIGKILL) // ESRCH: gone
			}
			if late > killTimeout {
				return total, fmt.Errorf("sweep: %d processes could not be ended", len(found))
			}
		}
		<-tick.C
	}
}

func marks(assignment string) []int {
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
