package guard

import (
	"errors"
	"os"
	"sync"
	"time"

	"agents-tray/manager/logs"
)

// readBuffers are shared by all streams: a stream holds one only while it reads, so
// a silent service costs none.
var readBuffers = sync.Pool{New: func() any { return new([readSize]byte) }}

const readSize = 32 << 10

// drainReads bounds what is read after a service's end, in buffers: as much as a pipe
// can hold, since a descendant may still write without end.
const drainReads = 1 << 20 / readSize

// After a stream was read until it was empty it is not read for a pause, so that lines in
// quick succession are read together: waking up for each of them costs more than the rest
// of the work. The first line after a silence is read at once. The pipe holds what is
// written in a pause, so its size bounds the pause.
const (
	firstPause = 10 * time.Millisecond
	maxPause   = 50 * time.Millisecond // by which the times in a log may be late
	minPause   = time.Millisecond      // a shorter one is left out
	pauseBytes = 16 << 10              // to be written in a pause: a pipe holds 64 kB
)

// nextPause returns the next pause of a stream of which read bytes came in the last one;
// 0: none.
func nextPause(last time.Duration, read int) time.Duration {
	next := min(time.Duration(float64(last)*pauseBytes/float64(max(read, 1))), 2*last, maxPause)
	if next < minPause {
		return 0
	}
	return next
}

// An output copies one stream of a service from its pipe to its log file.
type output struct {
	stream  *stream
	lines   logs.LineBuffer
	match   *matcher // nil: no line is waited for
	catchUp chan chan struct{}
	due     time.Time // the read deadline that is set, for lines.ShowDue; zero: none
	ended   chan struct{}
}

// newOutput starts copying from s, which it owns, to log, and passes the lines to match.
func newOutput(s *stream, name string, log *logs.Writer, match *matcher) *output {
	o := &output{
		stream: s, lines: logs.LineBuffer{Log: log, Stream: name, Seen: match.match, Wanted: match.wants}, match: match,
		catchUp: make(chan chan struct{}, 1), ended: make(chan struct{}),
	}
	go o.run()
	return o
}

// run returns at end of file, which a descendant that has the pipe open can delay.
func (o *output) run() {
	defer close(o.ended)
	defer o.stream.Close()
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	pause, since := firstPause, time.Time{} // since: when the last one began
	for {
		o.setDeadline(o.lines.Due())
		read, err := o.stream.read(o.lines.Add)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded): // set here, or by drain
			o.due = time.Time{}
			_ = o.stream.gate.SetReadDeadline(o.due) // it has accepted a deadline before
			select {
			case done := <-o.catchUp:
				o.caughtUp(done)
			default: // something is due, or caught up in the pause before
				o.lines.ShowDue(time.Now())
			}
			continue
		case err != nil:
			o.lines.Flush()
			return
		case read == readSize || o.match.waiting():
			continue
		}
		now := time.Now()
		if now.Sub(since) > 2*maxPause { // after a silence
			pause = firstPause
		} else {
			pause = nextPause(max(pause, minPause), read)
		}
		since = now
		if pause == 0 {
			continue
		}
		timer.Reset(pause)
		select {
		case <-timer.C:
		case done := <-o.catchUp:
			o.caughtUp(done)
		}
	}
}

// setDeadline lets the next read end when there is something to write although nothing is
// read. Where a pipe has no deadlines, that is written with the next read.
func (o *output) setDeadline(due time.Time) {
	if due.Equal(o.due) {
		return
	}
	o.due = due
	_ = o.stream.gate.SetReadDeadline(due)
	select {
	case done := <-o.catchUp: // drain has set one that may be lost now
		o.caughtUp(done)
	default:
	}
}

func (o *output) caughtUp(done chan struct{}) {
	o.stream.drain(o.lines.Add)
	o.lines.Flush()
	close(done)
}

// drain returns when all that the service had written before the call is in the
// log. It does not wait for the end of the stream: a descendant may keep it open.
func (o *output) drain() {
	select {
	case <-o.ended:
		return
	default:
	}
	done := make(chan struct{})
	o.catchUp <- done
	if o.stream.gate.SetReadDeadline(time.Unix(1, 0)) != nil { // closed already, or a pipe without deadlines
		select {
		case <-done:
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
