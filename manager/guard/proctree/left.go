package proctree

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Why tells why a process could not be ended.
type Why string

const (
	NotPermitted Why = "not permitted"       // it belongs to another user, as after sudo
	Traced       Why = "held by a debugger"  // who has to let it go first
	Stuck        Why = "stuck in the kernel" // as on a mount that does not answer
	StillEnding  Why = "still ending"        // it was killed, and takes its time
)

// A LeftProcess is one that was started here, or by what was started here, and could not
// be ended.
type LeftProcess struct {
	PID  int    `json:"pid"`
	Name string `json:"name"`
	User string `json:"user"`
	Why  Why    `json:"why"`
}

func (l LeftProcess) String() string {
	return fmt.Sprintf("%s (pid %d, user %s): %s", l.Name, l.PID, l.User, l.Why)
}

// A LeftError tells which processes are left, or that this could not be found out.
type LeftError struct {
	Left []LeftProcess
	Look error // why it was not possible to look; nil if it was
}

func (e *LeftError) Error() string {
	var parts []string
	for _, l := range e.Left {
		parts = append(parts, l.String())
	}
	if e.Look != nil {
		parts = append(parts, "whether anything else is left could not be found out: "+e.Look.Error())
	}
	return "not everything could be ended: " + strings.Join(parts, "; ")
}

func (e *LeftError) Unwrap() error { return e.Look }

// Left returns the processes that these sessions of the program have started, as far as their
// environment tells and may be read; none on systems without /proc. There may be others, of an
// instance that has another folder for its state.
func Left(sessions []string) (pids []int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		environment, err := os.ReadFile("/proc/" + entry.Name() + "/environ")
		if err != nil {
			continue
		}
		for variable := range bytes.SplitSeq(environment, []byte{0}) {
			if mark, ok := bytes.CutPrefix(variable, []byte(SessionVariable+"=")); ok && slices.Contains(sessions, string(mark)) {
				pids = append(pids, pid)
				break
			}
		}
	}
	return pids
}
