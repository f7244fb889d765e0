package proctree

import (
	"errors"
	"maps"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// becomeSubreaper makes orphaned descendants children of this process. It reports whether it
// could: sandboxes refuse it.
func becomeSubreaper() bool { return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == nil }

func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: ifGiven(syscall.SIGKILL)}
}

// ifGiven is the signal for a parent's death, or 0 where the system gives none: no process
// could be started with one there.
func ifGiven(death syscall.Signal) syscall.Signal {
	if !givesDeathSignal() {
		return 0
	}
	return death
}

// givesDeathSignal asks for one that does no harm.
var givesDeathSignal = sync.OnceValue(func() bool {
	return unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGCONT), 0, 0, 0) == nil
})

// DetachedAttributes start a process that has work to do once its parent has ended: it is
// in a process group of its own, which the terminal's Ctrl-C does not reach, and it is
// resumed at its parent's end if it was stopped. The kernel resumes orphaned process
// groups by itself, but not one that is only about to stop at that moment.
func DetachedAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: ifGiven(syscall.SIGCONT)}
}

// Reap collects the children that have ended. before is called for each while it is a
// zombie, so that neither its id nor that of its group can belong to anybody else.
func (t *Tree) Reap(before func(pid int)) []Exit {
	var exits []Exit
	for {
		var info unix.Siginfo
		err := unix.Waitid(unix.P_ALL, 0, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		pid := pidOf(&info)
		if err != nil || pid == 0 {
			return exits
		}
		before(pid)
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(pid, &status, 0, nil); err == nil {
			exits = append(exits, exitOf(pid, status))
		}
	}
}

// pidOf reads si_pid, which x/sys leaves in the unnamed part of Siginfo: the first
// word of the union after three integers, aligned to the pointer size.
func pidOf(info *unix.Siginfo) int {
	const offset = 8 + unsafe.Sizeof(uintptr(0))
	return int(*(*int32)(unsafe.Add(unsafe.Pointer(info), offset)))
}

// Empty reports whether this process has no child at all, dead or alive, nor any orphaned
// descendant elsewhere.
func (t *Tree) Empty() bool {
	err := unix.Waitid(unix.P_ALL, 0, nil, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	if !errors.Is(err, unix.ECHILD) || t.adopts {
		return errors.Is(err, unix.ECHILD)
	}
	found, err := t.Descendants(Selector{}, nil, t.Children)
	return err == nil && len(found) == 0
}

// AnnouncesEnds reports whether Tree.Ended tells of the last descendant's end, too.
func (t *Tree) AnnouncesEnds() bool { return t.adopts }

// Children returns this process's own children: those it has started, and orphaned
// descendants.
func (t *Tree) Children() ([]int, error) { return children(os.Getpid()) }

// looks bounds how often processes that come and go are looked at again.
const looks = 5

// Descendants returns the living descendants of this process that of selects and that
// are not in leaders. Those of a run are below its leader or, orphaned, below own, which
// is Children or a value read from it a moment ago. What other leaders have below them is
// not looked at. The error says that not all could be looked at: then there may be more.
func (t *Tree) Descendants(of Selector, leaders map[int]bool, own func() ([]int, error)) ([]Descendant, error) {
	found, met, err := t.descendants(of, leaders, own)
	// A process whose parent ends while this looks becomes a child of somebody who has
	// been looked at already. So that nothing is there is believed once two looks in a row
	// have met the same processes.
	for n := 1; err == nil && len(found) == 0 && (len(met) > 0 || !t.adopts && n == 1); n++ {
		if n == looks {
			return nil, errors.New("processes come and go too quickly")
		}
		before := met
		if found, met, err = t.descendants(of, leaders, t.Children); maps.Equal(before, met) {
			break
		}
	}
	return found, err
}

// descendants looks once. met are the processes that are not leaders.
func (t *Tree) descendants(of Selector, leaders map[int]bool, own func() ([]int, error)) (found []Descendant, met map[int]bool, err error) {
	var faults []error
	visited := map[int]bool{}
	met = map[int]bool{}
	members, err := t.groups.members(of.Group)
	if err != nil {
		faults = append(faults, err)
	}
	inGroup := make(map[int]bool, len(members))
	for _, pid := range members {
		inGroup[pid] = true
	}
	add := func(p process) {
		t.remember(p, of)
		found = append(found, Descendant{p.pid, p.start, p.group, of, !visited[p.pid]})
	}
	var walk func(pids []int, ours bool)
	below := func(pid int, ours bool) {
		pids, err := children(pid)
		if err != nil {
			faults = append(faults, err)
		}
		walk(pids, ours)
	}
	walk = func(pids []int, ours bool) {
		for _, pid := range pids {
			if visited[pid] {
				continue
			}
			visited[pid] = true
			if leaders[pid] {
				if pid == of.Group && of.Running {
					below(pid, true)
				}
				continue
			}
			met[pid] = true
			p, err := lookup(pid)
			ours := ours
			switch {
			case isGone(err):
			case err != nil:
				faults = append(faults, err)
			case p.gone():
			default:
				if ours = ours || inGroup[pid] || t.belongs(p, of); ours {
					add(p)
				}
			}
			below(pid, ours)
		}
	}
	pids, err := own()
	if err != nil {
		faults = append(faults, err)
	}
	walk(pids, false)
	for _, pid := range members { // that are not below this one any more
		if p, err := lookup(pid); err == nil && !visited[pid] && !leaders[pid] && !p.gone() {
			visited[pid], met[pid] = true, true
			add(p)
		}
	}
	if !t.adopts {
		all, err := processes()
		if err != nil {
			faults = append(faults, err)
		}
		orphans := map[int]bool{}
		for _, p := range all {
			orphans[p.pid] = !visited[p.pid] && !leaders[p.pid] && p.pid != os.Getpid() && t.isOrphan(p, of)
		}
		addDescendants(orphans, all, leaders)
		for _, p := range all {
			if orphans[p.pid] && !visited[p.pid] && !p.gone() {
				met[p.pid] = true
				add(p)
			}
		}
	}
	return found, met, errors.Join(faults...)
}

// isOrphan reports whether a process that is not below this one is a descendant that of selects:
// where this process is no subreaper, init adopts those that are orphaned. Nothing belongs to a
// run for want of another there.
func (t *Tree) isOrphan(p process, of Selector) bool {
	if of != (Selector{}) {
		return t.belongs(p, Selector{Variable: of.Variable, Group: of.Group, Birthmark: of.Birthmark})
	}
	known, guard := t.seen[p.pid], os.Getenv(GuardVariable)
	return known.leader != 0 && known.same(p) || isOfGuard(birthmarkOf(p.pid), guard) || guard != "" && carries(p, GuardVariable+"="+guard)
}

// stillBelongs reports whether p, the process that was found, is below this one, an orphan or in
// its run's control group.
func (d Descendant) stillBelongs(p process) bool {
	return d.orphaned || descendsFrom(p, os.Getpid()) || d.of.Cgroup != "" && inCgroup(d.PID, d.of.Cgroup)
}

// descendsFrom reports whether ancestor is above p.
func descendsFrom(p process, ancestor int) bool {
	for p.parent > 1 {
		if p.parent == ancestor {
			return true
		}
		var err error
		if p, err = lookup(p.parent); err != nil {
			return false
		}
	}
	return false
}
