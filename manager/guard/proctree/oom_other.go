//go:build !linux

package proctree

// OOMKills returns 0: this system does not count the processes that it ends for lack of
// memory, or ends none.
func OOMKills() int { return 0 }
