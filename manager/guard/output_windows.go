package guard

import "os"

// readPipe waits until there is something to read and gives it to add.
func readPipe(pipe *os.File, add func([]byte)) error {
	buffer := readBuffers.Get().(*[32 << 10]byte)
	defer readBuffers.Put(buffer)
	n, err := pipe.Read(buffer[:])
	if n > 0 {
		add(buffer[:n])
	}
	return err
}

// drainPipe has nothing to do: readPipe has no deadline to wake from.
func drainPipe(*os.File, func([]byte)) {}
