package guard

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// answers are those that a guard owes. One that is owed and does not come, while the guard
// says nothing else either, shows that the guard is stopped or stuck.
type answers struct {
	mu      *sync.Mutex // that of whoever calls the methods
	missing func()      // called then
	owed    map[string]int
	starts  []string // services that it was asked to start and has not answered for, in order
	ending  bool     // it stops everything, and answers no more
	timer   *time.Timer
	doubt   bool // the time has passed once: both processes may have been stopped meanwhile
}

// doubtTime is what a guard has to say something after the time has passed once.
const doubtTime = 2 * time.Second

// owe notes a request.
func (a *answers) owe(r Request) {
	switch {
	case r.Shutdown != nil:
		a.none()
	case a.ending:
	case r.Hello != nil:
		a.add("hello")
	case r.Start != nil:
		a.add(startOf(r.Start.Service, r.Start.Run))
		a.starts = append(a.starts, r.Start.Service)
	case r.Members != nil:
		a.add("members")
	}
}

func startOf(service string, run uint64) string { return fmt.Sprintf("start %s/%d", service, run) }

func (a *answers) add(key string) {
	if a.owed == nil {
		a.owed = map[string]int{}
	}
	if a.owed[key]++; a.timer == nil {
		a.timer = time.AfterFunc(answerTimeout, a.late)
	} else if len(a.owed) == 1 && a.owed[key] == 1 {
		a.timer.Reset(answerTimeout)
	}
}

// got notes an event.
func (a *answers) got(e Event) {
	switch {
	case e.Ready != nil:
		a.settle("hello")
	case e.Started != nil:
		a.settleStart(e.Started.Service, e.Started.Run)
	case e.Refused != nil:
		a.settleStart(e.Refused.Service, e.Refused.Run)
	case e.Members != nil:
		a.settle("members")
	case e.Leaving != nil:
		a.none()
	}
	a.doubt = false
	if a.timer == nil {
		return
	}
	if len(a.owed) == 0 {
		a.timer.Stop()
	} else {
		a.timer.Reset(answerTimeout)
	}
}

func (a *answers) settleStart(service string, run uint64) {
	a.settle(startOf(service, run))
	if at := slices.Index(a.starts, service); at >= 0 {
		a.starts = slices.Delete(a.starts, at, at+1)
	}
}

// stuckAt is the service whose start the guard does not answer; "" if it owes another answer.
func (a *answers) stuckAt() string {
	if len(a.starts) == 0 {
		return ""
	}
	return a.starts[0] // it does one after the other
}

func (a *answers) settle(key string) {
	if a.owed[key] > 1 {
		a.owed[key]--
	} else {
		delete(a.owed, key)
	}
}

// late is called when the time has passed.
func (a *answers) late() {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case len(a.owed) == 0:
	case !a.doubt:
		a.doubt = true
		a.timer.Reset(doubtTime)
	default:
		a.missing()
	}
}

// none says that no answer is to be expected any more.
func (a *answers) none() {
	a.ending = true
	clear(a.owed)
	a.starts = nil
	if a.timer != nil {
		a.timer.Stop()
	}
}
