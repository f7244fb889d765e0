package sessiondb

import "time"

// Ending says how a session ended, as far as anybody can tell.
type Ending string

const (
	NotEnded    Ending = ""              // it runs, or its end is not recorded yet
	Clean       Ending = "clean"         // everything was stopped in order
	Unexpected  Ending = "unexpected"    // not in order; nothing more is known
	Restarted   Ending = "restarted"     // the computer was restarted, or lost power
	Crashed     Ending = "crashed"       // by a fault of its own
	OutOfMemory Ending = "out of memory" // the system killed it
	LeftRunning Ending = "left running"  // in order, but for processes that could not be ended
	Killed      Ending = "killed"        // by a user, another program, or for a reason that is not known
	Unknown     Ending = "unknown"       // the record that would tell was lost, or is another computer's
)

// Unclean reports whether the session is known not to have ended in order.
func (e Ending) Unclean() bool { return e != Clean && e != Unknown }

// End marks the session clean, for a reason such as "quit". It must be called only when
// every process of the session is confirmed gone.
func (r *Record) End(reason string) (err error) {
	r.do(func() {
		p, before := r.queue.take(), r.state
		r.state.take(p)
		r.state = state{stopped: r.state.stopped}
		p.services, p.workflows = nil, nil
		own, platform := r.write(&p, func() error {
			return execute(r.conn, `UPDATE sessions SET ended = ?, ending = ?, detail = ? WHERE id = ?`,
				time.Now(), string(Clean), reason, r.session.Mark)
		})
		if own != nil {
			r.state = before
			r.queue.putBack(p)
		}
		err = r.describe(firstError(own, platform))
	})
	return err
}

// repeatTime is the longest time between two unclean ends that count as repeated.
const repeatTime = 10 * time.Minute
