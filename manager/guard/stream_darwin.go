package guard

import "os"

// A stream is the reading end of one stream of a service.
type stream struct{ gate *os.File }

// newStream takes over a pipe.
func newStream(pipe *os.File) (*stream, error) { return &stream{pipe}, nil }

// read waits until there is something to read, gives it to add, and returns how much
// that was. It holds a buffer only once there is. The error is io.EOF at the end of the
// stream and os.ErrDeadlineExceeded when the read deadline has passed.
func (s *stream) read(add func([]byte)) (n int, err error) {
	raw, err := s.gate.SyscallConn()
	if err != nil {
		return 0, err
	}
	var result error
	err = raw.Read(func(fd uintptr) bool {
		var ready bool
		n, ready, result = readSome(fd, add)
		return ready
	})
	if err != nil {
		return 0, err
	}
	return n, result
}

// drain gives add what can be read without waiting.
func (s *stream) drain(add func([]byte)) {
	if raw, err := s.gate.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { readAll(fd, add) }) // fails only on a closed pipe
	}
}

func (s *stream) Close() error { return s.gate.Close() }
