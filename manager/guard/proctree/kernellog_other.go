//go:build !linux

package proctree

import "time"

// KilledForMemory knows nothing: this system has no such log.
func KilledForMemory(int, time.Time) (killed, known bool) { return false, false }
