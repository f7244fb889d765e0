package guard

import "os"

// readPipe waits until there is something to read, gives it to add, and returns how
// much that was.
func readPipe(pipe *os.File, add func([]byte)) (int, error) {
	buffer := readBuffers.Get().(*[readSize]byte)
	defer readBuffers.Put(buffer)
	n, err := pipe.Read(buffer[:])
	if n > 0 {
		add(buffer[:n])
	}
	return n, err
}

// drainPipe has nothing to do: readPipe has no deadline to wake from.
func drainPipe(*os.File, func([]byte)) {}
