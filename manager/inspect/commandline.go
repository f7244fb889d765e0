package inspect

import "github.com/shirou/gopsutil/v4/process"

// maxAncestors is how far up the command lines of a process are followed.
const maxAncestors = 4

// CommandLines returns the command lines, with their programs first, of a process and of those
// that it descends from, the nearest first: a program may bind by a helper process. Those that
// cannot be seen are left out.
func CommandLines(pid int) [][]string {
	var lines [][]string
	for range maxAncestors {
		seen := process.Process{Pid: int32(pid)}
		if line, err := seen.CmdlineSlice(); err == nil && len(line) > 0 {
			lines = append(lines, line)
		}
		parent, err := seen.Ppid()
		if err != nil || parent <= 1 || int(parent) == pid {
			break
		}
		pid = int(parent)
	}
	return lines
}
