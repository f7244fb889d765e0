//go:build !linux

package verdict

// KilledForMemory is false: this system has no such log.
func KilledForMemory(int) bool { return false }
