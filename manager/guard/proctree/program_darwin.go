package proctree

import "os"

// openProgram opens this program's file, and returns the path by which a process
// that has it as descriptor 3 can execute it.
func openProgram() (*os.File, string, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	file, err := os.Open(path)
	return file, path, err
}
