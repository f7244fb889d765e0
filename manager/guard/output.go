package guard

import (
	"errors"
	"os"
	"sync"
	"time"
)

// readBuffers are shared by all streams: a stream holds one only while it reads, so
// a silent service costs none.
var readBuffers = sync.Pool{New: func() any { return new([readSize]byte) }}

const readSize = 32 << 10

// drainReads bounds what is read after a service's end, in buffers: as much as a pipe
// can hold, since a descendant may go on writing for ever.
const drainReads = 1 << 20 / readSize

// A stream is left alone for a pause after what could be read has been, so that lines in
// quick succession are taken together: waking up for each of them would cost more than
// all else that is done with it. The first line after a silence is taken at once, and
// the pipe holds what comes meanwhile, so the pause is as long as that has room for.
const (
	firstPause = 10 * time.Millisecond
	maxPause   = 50 * time.Millisecond // by which the times in a log may be late
	minPause   = time.Millisecond      // less is none
	pauseBytes = 16 << 10              // that should come in a pause: a pipe holds 64 kB
)

// nextPause returns how long to leave a stream alone of which so much came in the last
// pause; 0: not at all.
func nextPause(last time.Duration, read int) time.Duration {
	next := min(time.Duration(float64(last)*pauseBytes/float64(max(read, 1))), 2*last, maxPause)
	if next < minPause {
		return 0
	}
	return next
}

// An output carries one stream of a service from its pipe to its log file.
type output struct {
	stream  *stream
	lines   lineBuffer
	match   *matcher // nil: no line is waited for
	catchUp chan chan struct{}
	ended   chan struct{}
}

// carry starts copying from s, which it owns, to log, and shows match the lines.
func carry(s *stream, name string, log *logFile, match *matcher) *output {
	o := &output{
		stream: s, lines: lineBuffer{log: log, stream: name, match: match}, match: match,
		catchUp: make(chan chan struct{}, 1), ended: make(chan struct{}),
	}
	go o.run()
	return o
}

// run ends at end of file, which a descendant that kept the pipe can delay.
func (o *output) run() {
	defer close(o.ended)
	defer o.stream.Close()
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	pause, since := firstPause, time.Time{} // since: when the last one began
	for {
		read, err := o.stream.read(o.lines.add)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded): // drain woke us
			_ = o.stream.gate.SetReadDeadline(time.Time{}) // a pipe that took a deadline takes its end
			select {
			case done := <-o.catchUp:
				o.caughtUp(done)
			default: // in the pause before
			}
			continue
		case err != nil:
			o.lines.flush()
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

func (o *output) caughtUp(done chan struct{}) {
	o.stream.drain(o.lines.add)
	o.lines.flush()
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
