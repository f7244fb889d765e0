package guard

import (
	"os"

	"golang.org/x/sys/unix"
)

// A stream is the reading end of one stream of a service. If the runtime polled the pipe,
// each write to it would wake this process, also during a pause. So the runtime polls
// only the gate: an epoll instance in which the pipe is armed for one event at a time.
type stream struct {
	pipe  int // non-blocking
	epoll int // the gate's descriptor
	gate  *os.File
}

// newStream takes over a pipe.
func newStream(pipe *os.File) (*stream, error) {
	defer pipe.Close()
	raw, err := pipe.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &stream{}
	dupErr := raw.Control(func(fd uintptr) {
		s.pipe, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) // os.Pipe has made it non-blocking
	})
	if err == nil {
		err = dupErr
	}
	if err != nil {
		return nil, err
	}
	if s.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		unix.Close(s.pipe)
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if err = s.arm(unix.EPOLL_CTL_ADD); err == nil {
		err = unix.SetNonblock(s.epoll, true) // for NewFile: a file to be polled
	}
	s.gate = os.NewFile(uintptr(s.epoll), "gate")
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// arm asks for one event: data, or the end of the stream.
func (s *stream) arm(operation int) error {
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLONESHOT, Fd: int32(s.pipe)}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(s.epoll, operation, s.pipe, &event))
}

// read waits until there is something to read, gives it to add, and returns how much
// that was. It holds a buffer only once there is. The error is io.EOF at the end of the
// stream and os.ErrDeadlineExceeded when the read deadline has passed.
func (s *stream) read(add func([]byte)) (int, error) {
	gate, err := s.gate.SyscallConn()
	if err != nil {
		return 0, err
	}
	for {
		if err := s.arm(unix.EPOLL_CTL_MOD); err != nil {
			return 0, err
		}
		var events [1]unix.EpollEvent
		err := gate.Read(func(uintptr) bool {
			n, err := unix.EpollWait(s.epoll, events[:], 0)
			return n > 0 || err != nil && err != unix.EINTR
		})
		if err != nil {
			return 0, err
		}
		if n, ready, err := readSome(uintptr(s.pipe), add); ready {
			return n, err
		}
	}
}

// drain gives add what can be read without waiting.
func (s *stream) drain(add func([]byte)) { readAll(uintptr(s.pipe), add) }

func (s *stream) Close() error {
	_ = unix.Close(s.pipe) // nothing was written
	return s.gate.Close()
}
