//go:build !linux

package proctree

// OOMKills returns 0: this system does not count the processes that it ends for lack of
// memory, or ends none.
func OOMKills() int { return 0 }

// MemoryGroup is "": this system has no control groups.
func MemoryGroup(int) string { return "" }

// GroupOOMKills is 0: this system has no control groups.
func GroupOOMKills(string) int { return 0 }
