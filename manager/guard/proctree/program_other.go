//go:build !linux

package proctree

import "os"

// Program returns a path by which this program can be executed: that by which it was
// started.
func Program() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}
