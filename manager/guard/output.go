package guard

import (
	"bytes"
	"errors"
	"os"
	"sync"
	"time"
)

// readBuffers are shared by all streams: a stream holds one only while it reads, so
// a silent service costs none.
var readBuffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// An output carries one stream of a service from its pipe to its log file.
type output struct {
	pipe    *os.File
	stream  string
	log     *logFile
	partial []byte // the line that has no end yet, at most logLineSize
	catchUp chan chan struct{}
	ended   chan struct{}
}

// carry starts copying from pipe, which it owns, to log.
func carry(pipe *os.File, stream string, log *logFile) *output {
	o := &output{pipe: pipe, stream: stream, log: log, catchUp: make(chan chan struct{}, 1), ended: make(chan struct{})}
	go o.run()
	return o
}

// run ends at end of file, which a descendant that kept the pipe can delay.
func (o *output) run() {
	defer close(o.ended)
	defer o.pipe.Close()
	for {
		err := readPipe(o.pipe, o.add)
		if errors.Is(err, os.ErrDeadlineExceeded) { // drain woke us
			_ = o.pipe.SetReadDeadline(time.Time{}) // a pipe that took a deadline takes its end
			drainPipe(o.pipe, o.add)
			o.flush()
			select {
			case done := <-o.catchUp:
				close(done)
			default:
			}
			continue
		}
		if err != nil {
			o.flush()
			return
		}
	}
}

// drain returns when all that the service had written before the call is in the
// log. It does not wait for the end of the stream: a descendant may keep it open.
func (o *output) drain() {
	done := make(chan struct{})
	o.catchUp <- done
	if o.pipe.SetReadDeadline(time.Unix(1, 0)) != nil { // closed already, or a pipe without deadlines
		select {
		case <-o.ended:
		case <-time.After(100 * time.Millisecond):
		}
		return
	}
	select {
	case <-done:
	case <-o.ended:
	}
}

// add takes what was read: whole lines go to the log, the rest waits for its end.
func (o *output) add(data []byte) {
	now := time.Now()
	if len(o.partial) > 0 {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			o.keep(now, data)
			return
		}
		o.partial = append(o.partial, data[:end+1]...)
		o.log.write(now, o.stream, o.partial)
		o.partial, data = nil, data[end+1:]
	}
	end := bytes.LastIndexByte(data, '\n')
	if end >= 0 {
		o.log.write(now, o.stream, data[:end+1])
	}
	if rest := data[end+1:]; len(rest) > 0 {
		o.keep(now, rest)
	}
}

// keep holds back a line's beginning, and cuts it when it grows too long.
func (o *output) keep(now time.Time, data []byte) {
	for len(o.partial)+len(data) >= logLineSize {
		cut := logLineSize - len(o.partial)
		o.partial = append(append(o.partial, data[:cut]...), '\n')
		o.log.write(now, o.stream, o.partial)
		o.partial, data = o.partial[:0], data[cut:]
	}
	o.partial = append(o.partial, data...)
}

func (o *output) flush() {
	if len(o.partial) > 0 {
		o.log.write(time.Now(), o.stream, append(o.partial, '\n'))
		o.partial = nil
	}
}
