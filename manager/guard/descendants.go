package guard

import (
	"agents-tray/manager/guard/proctree"
)

// noteGroup notes who gets the stop signal with the leader, as all in its group do: a second
// one means to many programs that they are to end at once.
func (g *guard) noteGroup(r *run, own func() ([]int, error)) {
	r.told = map[int]bool{}
	found, _ := g.tree.Descendants(r.selector(g), g.known(), own) // who is not found is asked again
	for _, d := range found {
		if g.tree.InGroup(d, r.process.PID) {
			r.told[d.PID] = true
		}
	}
}

// known returns the children that the guard has started: the leaders of runs and the
// cleanup helper.
func (g *guard) known() map[int]bool {
	known := map[int]bool{g.helper.PID: true}
	for _, r := range g.runs {
		if r.running {
			known[r.process.PID] = true
		}
	}
	return known
}

// members returns the processes that belong to a run.
func (g *guard) members(request MembersRequest) *Members {
	m := &Members{Service: request.Service, Run: request.Run, PIDs: []int{}}
	r := g.runs[request.Service]
	if r == nil || r.start.Run != request.Run {
		return m
	}
	if r.running {
		m.PIDs = append(m.PIDs, r.process.PID)
	}
	if socket := g.sockets[request.Service]; socket != nil {
		for _, file := range socket.files {
			m.Waiting += waiting(file)
		}
	}
	found, _ := g.tree.Descendants(r.selector(g), g.known(), g.tree.Children) // whom it could not look at are not told
	for _, d := range found {
		m.PIDs = append(m.PIDs, d.PID)
	}
	return m
}

func (r *run) selector(g *guard) proctree.Selector {
	return proctree.Selector{
		Variable: r.start.variable(), Group: r.process.PID, Running: r.running, Sole: len(g.runs) == 1, Cgroup: r.process.Cgroup,
		Birthmark: r.process.Birthmark,
	}
}

// endDescendants signals the descendants that r's leader has left, or, where r is nil, all
// that are left. It returns them; the error says that there may be more.
func (g *guard) endDescendants(r *run, own func() ([]int, error), kill bool) ([]proctree.Descendant, error) {
	var of proctree.Selector
	told := g.told
	if r != nil {
		if r.told == nil {
			r.told = map[int]bool{}
		}
		if r.killed == nil {
			r.killed = map[int]bool{}
		}
		of, told = r.selector(g), r.told
	}
	found, err := g.tree.Descendants(of, g.known(), own)
	for _, d := range found {
		switch {
		case kill:
			_ = g.tree.KillDescendant(d) // if it may not be ended it is found again, and told
			if r != nil && r.stopping {
				r.killed[d.PID] = true
			}
		case !told[d.PID]:
			told[d.PID] = true
			_ = g.tree.TerminateDescendant(d) // the same
		}
	}
	return found, err
}
