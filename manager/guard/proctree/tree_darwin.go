package proctree

import (
	"os"
	"syscall"
)

// macOS has neither a subreaper nor a parent-death signal: descendants that left their group
// are found by a variable in their environment, and by what was seen of them while their
// parents lived, since it tells the environment of no program of its own.

func becomeSubreaper() bool { return false }

func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// DetachedAttributes start a process in a process group of its own, which the terminal's
// Ctrl-C does not reach.
func DetachedAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// Reap collects the children that have ended. before is called for each while it is a
// zombie, so that neither its id nor that of its group can belong to anybody else.
func (t *Tree) Reap(before func(pid int)) []Exit {
	var exits []Exit
	all, _ := processes() // without them the children are collected the next time
	for _, p := range childrenAmong(all, os.Getpid()) {
		if !p.gone() {
			continue
		}
		pid := p.pid
		before(pid)
		var status syscall.WaitStatus
		if got, err := syscall.Wait4(pid, &status, syscall.WNOHANG, nil); err == nil && got == pid {
			exits = append(exits, exitOf(pid, status))
		}
	}
	return exits
}

// Empty reports whether this process has no child, dead or alive, and no descendant.
func (t *Tree) Empty() bool {
	all, err := processes()
	if err != nil || len(childrenAmong(all, os.Getpid())) > 0 {
		return false
	}
	found, err := t.Descendants(Selector{}, nil, nil)
	return err == nil && len(found) == 0
}

// AnnouncesEnds reports whether Tree.Ended tells of the last descendant's end, too.
func (t *Tree) AnnouncesEnds() bool { return false }

// Children returns nil: Descendants looks at all processes.
func (t *Tree) Children() ([]int, error) { return nil, nil }

// Descendants returns the living processes that of selects and that are not in leaders.
// The zero Selector selects all that carry this process's SessionVariable, or were seen to
// belong to a run. The error says that not all could be looked at: then there may be more.
func (t *Tree) Descendants(of Selector, leaders map[int]bool, _ func() ([]int, error)) ([]Descendant, error) {
	all, err := processes()
	if err != nil {
		return nil, err
	}
	session := SessionVariable + "=" + os.Getenv(SessionVariable)
	ours := map[int]bool{}
	if of.Running {
		ours[of.Group] = true // for what is below it
	}
	for _, p := range all {
		known := t.seen[p.pid]
		switch {
		case p.pid == os.Getpid() || leaders[p.pid]:
		case of == (Selector{}):
			ours[p.pid] = known.leader != 0 && known.same(p) || carries(p, session)
		default:
			// Here not only what is below the guard is looked at, so nothing belongs to a
			// run for want of another.
			ours[p.pid] = t.belongs(p, Selector{Variable: of.Variable, Group: of.Group})
		}
	}
	addDescendants(ours, all, leaders)
	var found []Descendant
	for _, p := range all {
		if ours[p.pid] && !leaders[p.pid] && !p.gone() {
			t.remember(p, of)
			found = append(found, Descendant{p.pid, p.start, p.group, of, true})
		}
	}
	return found, nil
}

// stillBelongs is not looked at here: a descendant may have left this process's tree.
func (d Descendant) stillBelongs(process) bool { return true }
