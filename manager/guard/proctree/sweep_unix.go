//go:build unix

package proctree

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Sweep ends what a session's guards have left, such a guard itself included: every process
// of this user that carries that value of SessionVariable in its environment, what the
// journals name, and what is below either. They get the grace to end by themselves; then
// they are killed. The cleanup helpers come last, since a stopped one would not end by
// itself. session may be empty, then only the journals count.
//
// It returns how many processes there were. The error, a *LeftError, tells what is left;
// when there is none the journals are removed.
func Sweep(session string, journals []string, grace time.Duration) (int, error) {
	assignment := ""
	if session != "" {
		assignment = SessionVariable + "=" + session
	}
	total, err := sweep(assignment, journals, grace)
	if session != "" {
		helpers, helperErr := sweep(CleanupVariable+"="+session, nil, 0)
		total, err = total+helpers, errors.Join(err, helperErr)
	}
	if err == nil {
		removeJournals(journals)
	}
	return total, err
}

// SweepGuard kills every process of this user that carries that value of GuardVariable in
// its environment or is one of its runs', what the guard's journal names, and what is below them. The error tells
// what is left.
func SweepGuard(guard, journal string) error {
	var journals []string
	if journal != "" {
		journals = []string{journal}
	}
	_, err := sweep(GuardVariable+"="+guard, journals, 0)
	if err == nil {
		removeJournals(journals)
	}
	return err
}

func removeJournals(journals []string) {
	for _, path := range journals {
		for _, e := range readJournal(path) {
			if removeCgroup(e.Cgroup); e.Cgroup != "" {
				removeCgroup(filepath.Dir(e.Cgroup)) // the guard's
			}
		}
		_ = os.Remove(path) // else the next sweep finds in it that nothing is left
	}
}

func sweep(assignment string, journals []string, grace time.Duration) (int, error) {
	var known []entry
	for _, path := range journals {
		known = append(known, readJournal(path)...)
	}
	until := time.Now().Add(grace)
	found, _ := remains(assignment, known) // whom it could not look at are looked for again
	total := len(found)
	for _, p := range found { // wait for each to end, then for nobody new to be there
		if until.Before(time.Now()) {
			break
		}
		if errors.Is(syscall.Kill(p.pid, 0), syscall.EPERM) {
			continue // its guard could not have ended it either
		}
		h := open(p.pid)
		if now, err := lookup(p.pid); err == nil && now.same(p) {
			h.wait(p, until)
		}
		h.close()
	}
	for deadline := time.Now().Add(KillTimeout); ; {
		var err error
		if found, err = remains(assignment, known); err == nil && len(found) == 0 {
			return total, nil
		}
		total = max(total, len(found))
		limit := RefusedTimeout // unless one may be signalled
		handles := make([]handle, len(found))
		for i, p := range found {
			handles[i] = open(p.pid)
			if now, err := lookup(p.pid); err == nil && now.same(p) && handles[i].signal(syscall.SIGKILL) == nil {
				limit = time.Second
			}
		}
		killed := time.Now().Add(limit)
		for i, p := range found {
			handles[i].wait(p, killed)
			handles[i].close()
		}
		if limit == RefusedTimeout || time.Now().After(deadline) {
			if found, err = remains(assignment, known); err == nil && len(found) == 0 {
				return total, nil
			}
			left := &LeftError{Look: err}
			for _, p := range found {
				left.Left = append(left.Left, describe(p))
			}
			return total, left
		}
	}
}

// remains returns the living processes that carry the assignment, if it is not empty, that
// the entries name, or that are below such a process. This one is not among them.
func remains(assignment string, known []entry) ([]process, error) {
	all, err := processes()
	if err != nil {
		return nil, err
	}
	byPID := make(map[int]process, len(all))
	for _, p := range all {
		byPID[p.pid] = p
	}
	guard, ofGuard := strings.CutPrefix(assignment, GuardVariable+"=")
	inGroups, born, marks := map[int]bool{}, map[uint64]bool{}, map[string]uint64{}
	for _, e := range known {
		if e.Birthmark != 0 {
			born[e.Birthmark], marks[e.Run] = true, e.Birthmark
		}
		pids, err := cgroupMembers(e.Cgroup)
		if err != nil {
			return nil, err
		}
		for _, pid := range pids {
			inGroups[pid] = true
		}
	}
	ours := map[int]bool{}
	for _, p := range all {
		mark := birthmarkOf(p.pid)
		if inGroups[p.pid] || born[mark] || ofGuard && isOfGuard(mark, guard) || slices.ContainsFunc(known, func(e entry) bool { return e.names(p, byPID, marks[e.Run] != 0) }) ||
			assignment != "" && carries(p, assignment) {
			ours[p.pid] = true
		}
	}
	delete(ours, os.Getpid())
	addDescendants(ours, all, nil)
	var found []process
	for _, p := range all {
		if ours[p.pid] && !p.gone() {
			found = append(found, p)
		}
	}
	return found, nil
}

// names reports whether a process is that of the entry, or is in a group or session that
// it has founded: its id cannot be given again while there is such a group. Once there is none
// it can, to a stranger who founds one: so where the run's processes have a birthmark, which p
// is known not to have then, a founder that has ended proves nothing.
func (e entry) names(p process, all map[int]process, marked bool) bool {
	if p.pid == e.PID {
		return p.start == e.Start
	}
	if p.start < e.Start {
		return false
	}
	founder, lives := all[e.PID]
	if lives && founder.start != e.Start || !lives && marked {
		return false // another one has the id, or may have had it
	}
	return e.Group == e.PID && p.group == e.PID && (e.Session == 0 || p.session == e.Session) ||
		e.Session == e.PID && e.Session != 0 && p.session == e.PID
}
