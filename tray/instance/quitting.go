package session

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

// quitting is the wish to quit while workflows run. Signals, logging off and a shutdown
// are no wish: they end the program at once.
type quitting struct {
	end func() // the program
	// asked tells the user of the question, decided that their workflows are waited for,
	// and over that the question is gone, because it was answered or there is none left.
	asked, decided func(workflows int, deadline time.Time)
	over           func()
	changed        func()

	mu        sync.Mutex
	workflows []string
	wish      *tray.Quitting
	timer     *time.Timer
	closed    bool
}

// set tells which workflows run, by name.
func (q *quitting) set(names []string) {
	q.mu.Lock()
	q.workflows = slices.Clone(names)
	done := q.wish != nil && len(names) == 0
	q.mu.Unlock()
	if done {
		q.quit()
	}
	q.changed()
}

// look returns what the menu shows.
func (q *quitting) look() (workflows []string, wish *tray.Quitting) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.workflows, q.wish // both are replaced, never changed
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
		wish := &tray.Quitting{Decided: decided, Deadline: deadline}
		q.wish = wish
		q.timer = time.AfterFunc(limit, func() {
			if _, now := q.look(); now == wish { // else it was answered in that moment
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

// cancel goes on as if nobody had wished to quit.
func (q *quitting) cancel() {
	q.mu.Lock()
	q.stop()
	q.mu.Unlock()
	q.over()
	q.changed()
}

// quit ends the program. The wish is forgotten last: whoever sees it gone, and no end,
// knows that it was taken back.
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

// close waits for nothing any more: the program ends.
func (q *quitting) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.stop()
}

// stop forgets the wish.
func (q *quitting) stop() {
	q.halt()
	q.wish = nil
}

// halt has the deadline bring about nothing.
func (q *quitting) halt() {
	if q.timer != nil {
		q.timer.Stop()
	}
	q.timer = nil
}
