package proctree

import (
	"bytes"
	"os"
	"strconv"
)

// OOMKills returns how many processes the system has ended for lack of memory, in any
// control group or altogether, since it was started; 0 where that cannot be read.
func OOMKills() int {
	counters, err := os.ReadFile("/proc/vmstat")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(counters) {
		if count, ok := bytes.CutPrefix(line, []byte("oom_kill ")); ok {
			n, _ := strconv.Atoi(string(bytes.TrimSpace(count))) // the kernel writes numbers
			return n
		}
	}
	return 0
}
