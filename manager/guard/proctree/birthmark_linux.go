package proctree

import (
	"bytes"
	"hash/fnv"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// The birthmark of a run is a number that each of its processes inherits and that any other
// process can read: the soft limit of file locks (RLIMIT_LOCKS), which Linux hands on with fork
// and exec and has not enforced since 2.4. A daemon that has forked twice, has a session of its
// own and has emptied its environment still has it.

// runBits is how many bits of a birthmark number the runs of a guard. Those above are the
// guard's, whose name is random.
const runBits = 22

// birthmark is that of a guard's run; 0 if the guard has no name. As a limit it is above any that
// users set, and below RLIM_INFINITY.
func birthmark(guard string, run int) uint64 {
	if guard == "" {
		return 0
	}
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(guard)) // it cannot fail
	return 1<<61 | hash.Sum64()>>(3+runBits)<<runBits | uint64(run)&(1<<runBits-1)
}

// isOfGuard reports whether a birthmark is that of one of the guard's runs.
func isOfGuard(mark uint64, guard string) bool {
	return guard != "" && mark>>runBits == birthmark(guard, 0)>>runBits
}

// bear calls fork while this process has that birthmark, so that the child gets it, and returns
// it; 0 where there can be none, as under a hard limit.
func bear(mark uint64, fork func()) uint64 {
	var own unix.Rlimit
	if mark != 0 && (unix.Getrlimit(unix.RLIMIT_LOCKS, &own) != nil || unix.Setrlimit(unix.RLIMIT_LOCKS, &unix.Rlimit{Cur: mark, Max: own.Max}) != nil) {
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
