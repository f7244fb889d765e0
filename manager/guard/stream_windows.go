package guard

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

var peekNamedPipe = windows.NewLazySystemDLL("kernel32.dll").NewProc("PeekNamedPipe")

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

// drain gives add what can be read without waiting.
func (s *stream) drain(add func([]byte)) {
	for range drainReads {
		var ready uint32
		if peeked, _, _ := peekNamedPipe.Call(s.gate.Fd(), 0, 0, 0, uintptr(unsafe.Pointer(&ready)), 0); peeked == 0 || ready == 0 {
			return // at its end, too: run reads that
		}
		if _, err := s.read(add); err != nil {
			return
		}
	}
}

func (s *stream) Close() error { return s.gate.Close() }
