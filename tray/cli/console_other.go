//go:build !windows

package cli

// attachConsole has nothing to do where a terminal is inherited like any other file.
func attachConsole() {}
