//go:build unix

package proctree

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A Descendant is a process below this one that another one has started.
type Descendant struct {
	PID   int
	start uint64
	group int
	of    Selector
	// orphaned says that it was found elsewhere than below this process, by what it tells of itself.
	orphaned bool
}

// InGroup reports whether it is in the process group of that leader.
func (t *Tree) InGroup(d Descendant, leader int) bool { return d.group == leader }

// A seen process is one that was proved to belong to a run while that could be proved.
type seen struct {
	process
	leader int // of the run
}

// belongs reports whether a process that is below the guard is one of a run's. It goes by
// what was seen of it before, by its birthmark, by who has founded its group and session, and by
// the variable in its environment, in this order: a program can overwrite the environment that others
// see of it. One that tells nothing of itself belongs to the only run that there is.
func (t *Tree) belongs(p process, of Selector) bool {
	if of == (Selector{}) {
		return true
	}
	if s, known := t.seen[p.pid]; known && s.same(p) {
		return s.leader == of.Group
	}
	if of.Birthmark != 0 && birthmarkOf(p.pid) == of.Birthmark {
		return true
	}
	// A group or session that one of the run's own processes has founded.
	for _, number := range []int{p.group, p.session} {
		if founder, known := t.seen[number]; known && founder.start <= p.start && number != 0 && !replaced(founder.process) {
			return founder.leader == of.Group
		}
	}
	if block, err := environ(p.pid); err == nil && strings.Contains(block, RunVariable+"=") {
		return holds(block, of.Variable)
	}
	return of.Sole
}

// replaced reports whether the id of a process that may have ended is another one's now.
func replaced(p process) bool {
	now, err := lookup(p.pid)
	return err == nil && !now.same(p)
}

// remember keeps that a process belongs to the run of that leader.
func (t *Tree) remember(p process, of Selector) {
	if of.Group == 0 {
		return
	}
	if s, known := t.seen[p.pid]; known && s.same(p) && s.group == p.group && s.session == p.session {
		return
	}
	if t.seen == nil {
		t.seen = map[int]seen{}
	}
	t.seen[p.pid] = seen{p, of.Group}
	t.journal.add(of.Variable, p, "", 0)
	if t.crowded = max(t.crowded, leastCrowded); len(t.seen) > t.crowded {
		t.forgetEnded()
		t.crowded = 2 * len(t.seen)
	}
}

// leastCrowded is how many processes are remembered before those that have ended are forgotten.
const leastCrowded = 200

// forgetEnded forgets the processes that have ended and tell nothing any more: a service may have
// had thousands. The leaders of runs, and whoever has founded a group or session that somebody is
// in, are kept.
func (t *Tree) forgetEnded() {
	all, err := processes()
	if err != nil {
		return // then later
	}
	lives, inhabited := map[int]uint64{}, map[int]bool{}
	for _, p := range all {
		lives[p.pid] = p.start
		inhabited[p.group], inhabited[p.session] = true, true
	}
	t.journal.forget(func(e entry) bool {
		start, given := lives[e.PID]
		return given && start != e.Start || !given && !inhabited[e.PID]
	})
	for pid, s := range t.seen {
		if start, given := lives[pid]; pid != s.leader && (given && start != s.start || !given && !inhabited[pid]) {
			delete(t.seen, pid)
		}
	}
}

// Forget forgets what is known of a run of which nothing is left.
func (t *Tree) Forget(of Selector) {
	for pid, s := range t.seen {
		if s.leader == of.Group {
			delete(t.seen, pid)
		}
	}
	t.journal.gone(of.Variable)
	t.groups.remove(of.Group)
}

// Describe tells who is left, and why, of descendants and leaders that were found and could
// not be ended. Those that have ended meanwhile are left out, except for leaders that are
// dead but cannot be collected, as in a debugger.
func (t *Tree) Describe(found []Descendant, leaders ...*Process) []LeftProcess {
	var left []LeftProcess
	for _, d := range found {
		if p, err := lookup(d.PID); err == nil && p.start == d.start && !p.gone() {
			left = append(left, describe(p))
		}
	}
	for _, leader := range leaders {
		if p, err := lookup(leader.PID); err == nil {
			left = append(left, describe(p))
		}
	}
	return left
}

func describe(p process) LeftProcess {
	name, uid, traced := details(p)
	left := LeftProcess{PID: p.pid, Name: name, User: strconv.Itoa(uid), Why: StillEnding}
	if account, err := user.LookupId(left.User); err == nil {
		left.User = account.Username
	}
	switch {
	case errors.Is(syscall.Kill(p.pid, 0), syscall.EPERM):
		left.Why = NotPermitted
	case traced:
		left.Why = Traced
	case p.state == 'D':
		left.Why = Stuck
	}
	return left
}

// Refuses reports whether a process may not be signalled by this user.
func (t *Tree) Refuses(d Descendant) bool { return errors.Is(syscall.Kill(d.PID, 0), syscall.EPERM) }

// still reports whether the process is the one that was found, and may be signalled for what
// it was found as. Its id may belong to another process by now.
func (d Descendant) still() bool {
	p, err := lookup(d.PID)
	return err == nil && p.start == d.start && !p.gone() && d.stillBelongs(p)
}

// poll returns when the process has ended or the time is over, where nothing announces its end.
func poll(p process, until time.Time) {
	const interval = 20 * time.Millisecond
	for time.Now().Before(until) {
		if now, err := lookup(p.pid); errors.Is(err, fs.ErrNotExist) || err == nil && (!now.same(p) || now.gone()) {
			return
		}
		time.Sleep(min(interval, time.Until(until)))
	}
}

// childrenAmong returns those of all processes whose parent has that id.
func childrenAmong(all []process, parent int) (found []process) {
	for _, p := range all {
		if p.parent == parent {
			found = append(found, p)
		}
	}
	return found
}

// addDescendants adds to ours, by process id, all that is below one of them, but for this
// process, what is in except, and what is below those only.
func addDescendants(ours map[int]bool, all []process, except map[int]bool) {
	for more := true; more; {
		more = false
		for _, p := range all {
			if ours[p.parent] && !ours[p.pid] && p.pid != os.Getpid() && !except[p.pid] {
				ours[p.pid], more = true, true
			}
		}
	}
}

// signal checks that the process is still the one that was found, and signals it: through
// a handle where the kernel has such, else by its number. That it has ended is no error.
func (d Descendant) signal(sig syscall.Signal) error {
	h := open(d.PID)
	defer h.close()
	if !d.still() {
		return nil
	}
	return h.signal(sig)
}

// TerminateDescendant asks it to stop, by SIGTERM.
func (t *Tree) TerminateDescendant(d Descendant) error {
	err := d.signal(syscall.SIGTERM)
	_ = d.signal(syscall.SIGCONT) // a stopped process cannot stop
	return err
}

// KillDescendant ends it.
func (t *Tree) KillDescendant(d Descendant) error { return d.signal(syscall.SIGKILL) }

// carries reports whether a process of this user has the assignment in its environment.
// Root could read that of anybody's.
func carries(p process, assignment string) bool {
	if block, err := environ(p.pid); err != nil || !holds(block, assignment) {
		return false
	}
	_, uid, _ := details(p)
	return uid == os.Getuid()
}

// holds reports whether an environment block holds the assignment.
func holds(environ, assignment string) bool {
	return strings.HasPrefix(environ, assignment+"\x00") || strings.Contains(environ, "\x00"+assignment+"\x00")
}

// isGone reports whether the error says that a process has ended.
func isGone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) }
