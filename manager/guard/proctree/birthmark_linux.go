package proctree

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// The birthmark of a run is a number that each of its processes inherits and that any other
// process can read: the soft limit of file locks (RLIMIT_LOCKS), which Linux hands on with fork
// and exec and has not enforced since 2.4. A daemon that has forked twice, has a session of its
// own and has emptied its environment still has it.

// bear calls fork while this process has a new birthmark, so that the child gets it, and
// returns it; 0 where there can be none, as under a hard limit.
func bear(fork func()) uint64 {
	var own unix.Rlimit
	mark := 1<<61 + rand.Uint64N(1<<61)
	if unix.Getrlimit(unix.RLIMIT_LOCKS, &own) != nil || unix.Setrlimit(unix.RLIMIT_LOCKS, &unix.Rlimit{Cur: mark, Max: own.Max}) != nil {
		mark = 0
	}
	fork()
	if mark != 0 {
		_ = unix.Setrlimit(unix.RLIMIT_LOCKS, &own) // it was so before
	}
	return mark
}

// birthmarkOf returns the birthmark of a process; some other number if it has none, or cannot be
// seen.
func birthmarkOf(pid int) uint64 {
	var limit unix.Rlimit
	if unix.Prlimit(pid, unix.RLIMIT_LOCKS, nil, &limit) == nil {
		return limit.Cur
	}
	limits, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/limits") // another user's, which anybody may read
	for line := range bytes.Lines(limits) {
		if rest, ok := bytes.CutPrefix(line, []byte("Max file locks")); ok {
			mark, _ := strconv.ParseUint(string(bytes.Fields(rest)[0]), 10, 64) // or "unlimited"
			return mark
		}
	}
	return 0
}
