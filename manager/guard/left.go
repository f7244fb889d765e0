package guard

import (
	"slices"
	"time"

	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/logs"
)

// refused reports whether there are some, and none of them may be ended by this user.
func (g *guard) refused(found []proctree.Descendant) bool {
	return len(found) > 0 && !slices.ContainsFunc(found, func(d proctree.Descendant) bool { return !g.tree.Refuses(d) })
}

// abandon gives a run up, of which found cannot be ended, or nobody knows what there is.
func (g *guard) abandon(r *run, found []proctree.Descendant, look error) {
	event := &Gone{}
	if r.running {
		event.Left = g.tree.Describe(found, r.process)
		g.stuck[r.process.PID] = r.process
	} else {
		event.Left = g.tree.Describe(found)
	}
	if look != nil {
		event.Look = look.Error()
	}
	if err := event.Err(); err != nil {
		r.log.Write(time.Now(), logs.Sys, []byte(err.Error()+"\n"))
	}
	g.gone(r, event)
}

// left returns what is left below the guard.
func (g *guard) left() *Left {
	found, err := g.tree.Descendants(proctree.Selector{}, g.known(), g.tree.Children)
	var leaders []*proctree.Process
	for pid, p := range g.stuck {
		if !slices.ContainsFunc(found, func(d proctree.Descendant) bool { return d.PID == pid }) {
			leaders = append(leaders, p)
		}
	}
	left := &Left{Processes: g.tree.Describe(found, leaders...)}
	switch {
	case err != nil:
		left.Look = err.Error()
	case len(left.Processes) == 0:
		left.Look = "the system lists a child that cannot be seen"
	}
	return left
}

// isEmpty reports whether it is sure that nothing is left below the guard. It stops the
// cleanup helper once that is the last.
func (g *guard) isEmpty() bool {
	if g.helper.PID != 0 {
		if found, err := g.tree.Descendants(proctree.Selector{}, g.known(), g.tree.Children); err == nil && len(found) == 0 && len(g.stuck) == 0 {
			g.helper.Stop()
		}
	}
	return g.helper.PID == 0 && g.tree.Empty()
}
