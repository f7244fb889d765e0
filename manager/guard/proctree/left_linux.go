package proctree

import (
	"bytes"
	"os"
	"strconv"
)

// Left returns the processes that some session of the program has started, as far as their
// environment tells and may be read.
func Left() (pids []int) {
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
		if err == nil && bytes.Contains(append([]byte{0}, environment...), []byte("\x00"+SessionVariable+"=")) {
			pids = append(pids, pid)
		}
	}
	return pids
}
