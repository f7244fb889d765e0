package instance

import (
	"slices"
	"sync"
	"time"

	"agents-tray/tray"
)

const (
	questionTime = 2 * time.Minute  // to answer whether to quit; then the workflows are finished first
	finishTime   = 30 * time.Minute // for the workflows to finish; then they are stopped
)

// quitting is the user's request to quit, which waits while workflows run. Signals, logging
// off and a shutdown end the program at once, without it.
type quitting struct {
	end func() // the program
	// asked shows the question whether to wait, decided that the workflows are waited for,
	// and over withdraws either.
	asked, decided func(workflows int, deadline time.Time)
	over           func()
	changed        func()

	mu        sync.Mutex
	workflows []string
	request   *tray.Quitting // nil: none
	timer     *time.Timer
	closed    bool
}

// set tells which workflows run, by name.
func (q *quitting) set(names []string) {
	q.mu.Lock()
	q.workflows = slices.Clone(names)
	done := q.request != nil && len(names) == 0
	q.mu.Unlock()
	if done {
		q.quit()
	}
	q.changed()
}

// look returns what the menu shows.
func (q *quitting) look() (workflows []string, request *tray.Quitting) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.workflows, q.request // both are replaced, never changed
}

// ask ends the program, or asks first if workflows run.
func (q *quitting) ask() { q.wait(false, questionTime, q.finish, q.asked) }

// finish ends the program once no workflow runs, and in any case after a while.
func (q *quitting) finish() { q.wait(true, finishTime, q.quit, q.decided) }

// wait tells of the workflows that are waited for until a deadline, when then is done;
// without any, the program ends.
func (q *quitting) wait(decided bool, limit time.Duration, then func(), tell func(workflows int, deadline time.Time)) {
	q.mu.Lock()
	q.stop()
	n, deadline := len(q.workflows), time.Now().Add(limit)
	if n > 0 && !q.closed {
		request := &tray.Quitting{Decided: decided, Deadline: deadline}
		q.request = request
		q.timer = time.AfterFunc(limit, func() {
			if _, now := q.look(); now == request { // else it was answered meanwhile
				then()
			}
		})
	}
	q.mu.Unlock()
	if n == 0 {
		q.quit()
		return
	}
	tell(n, deadline)
	q.changed()
}

// cancel takes the request back.
func (q *quitting) cancel() {
	q.mu.Lock()
	q.stop()
	q.mu.Unlock()
	q.over()
	q.changed()
}

// quit ends the program. The request is cleared last, so that one which is cleared without
// an end asked for was taken back.
func (q *quitting) quit() {
	q.mu.Lock()
	q.halt()
	q.mu.Unlock()
	q.over()
	q.end()
	q.mu.Lock()
	q.stop()
	q.mu.Unlock()
}

// close clears the request for good: the program ends.
func (q *quitting) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.stop()
}

// stop clears the request. The caller holds mu.
func (q *quitting) stop() {
	q.halt()
	q.request = nil
}

// halt stops the deadline's timer. The caller holds mu.
func (q *quitting) halt() {
	if q.timer != nil {
		q.timer.Stop()
	}
	q.timer = nil
}
