package proctree

import "os"

// Program returns a path by which this program can be executed: that of the very file
// that runs now, even after it was replaced or removed.
func Program() string { return "/proc/self/exe" }

// openProgram opens this program's file, and returns the path by which a process
// that has it as descriptor 3 can execute it, even after it was replaced or removed.
func openProgram() (*os.File, string, error) {
	file, err := os.Open(Program())
	return file, "/proc/self/fd/3", err
}
