package guard

import "os"

// A stream is the reading end of one stream of a service.
type stream struct{ gate *os.File }

// newStream takes over a pipe.
func newStream(pipe *os.File) (*stream, error) { return &stream{pipe}, nil }

// read waits until there is something to read, gives it to add, and returns how much
// that was.
func (s *stream) read(add func([]byte)) (int, error) {
	buffer := readBuffers.Get().(*[readSize]byte)
	defer readBuffers.Put(buffer)
	n, err := s.gate.Read(buffer[:])
	if n > 0 {
		add(buffer[:n])
	}
	return n, err
}

// drain has nothing to do: read has no deadline to wake from.
func (s *stream) drain(func([]byte)) {}

func (s *stream) Close() error { return s.gate.Close() }
