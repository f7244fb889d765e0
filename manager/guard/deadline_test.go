package guard

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/logs"
)

// An actor is a process of a stage.
type actor struct {
	obeys       time.Duration // how long it takes to stop when asked
	never       bool          // it does not stop when asked
	stuck       bool          // not even a kill ends it
	refuses     bool          // it may not be signalled
	timeout     time.Duration // of its own
	descendants []int         // that it leaves behind
	blind       time.Duration // from the beginning; what is below it cannot be seen then
	needs       []string      // services
}

// A stage is a process tree without processes, for synthetic time. It notes what is done
// to its actors, and when.
type stage struct {
	begun time.Time
	ended chan os.Signal

	mu     sync.Mutex
	actors map[int]actor // by process id
	asked  map[int]bool
	dead   map[int]bool
	exits  []proctree.Exit
	notes  []note
}

type note struct {
	at   time.Duration
	what string
}

// note is called with mu held.
func (s *stage) note(format string, args ...any) {
	s.notes = append(s.notes, note{time.Since(s.begun), fmt.Sprintf(format, args...)})
}

// die is called with mu held.
func (s *stage) die(pid int, signal string) {
	if s.dead[pid] {
		return
	}
	s.dead[pid] = true
	exit := proctree.Exit{PID: pid}
	if signal != "" {
		exit = proctree.Exit{PID: pid, Code: -1, Signal: signal}
	}
	s.exits = append(s.exits, exit)
	select {
	case s.ended <- os.Interrupt:
	default:
	}
}

func (s *stage) ask(pid int, signal string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked[pid] || s.actors[pid].refuses {
		return
	}
	s.asked[pid] = true
	s.note("%s %d", signal, pid)
	if a := s.actors[pid]; !a.never {
		time.AfterFunc(a.obeys, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.die(pid, "")
		})
	}
}

func (s *stage) strike(pid int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead[pid] || s.actors[pid].refuses {
		return
	}
	if s.actors[pid].stuck {
		s.note("kill %d in vain", pid)
		return
	}
	s.note("kill %d", pid)
	s.die(pid, "SIGKILL")
}

func (s *stage) Start(string, string, []string, []string, string, []*os.File) (*proctree.Process, error) {
	panic("the test puts the runs in place")
}
func (s *stage) Terminate(p *proctree.Process, signal string) { s.ask(p.PID, signal) }
func (s *stage) Kill(p *proctree.Process)                     { s.strike(p.PID) }
func (s *stage) Children() ([]int, error)                     { return nil, nil }
func (s *stage) Keep(string) error                            { return nil }
func (s *stage) Journal() string                              { return "" }
func (s *stage) Forget(proctree.Selector)                     {}

func (s *stage) TerminateDescendant(d proctree.Descendant) error {
	s.ask(d.PID, "TERM")
	return nil
}

func (s *stage) KillDescendant(d proctree.Descendant) error {
	s.strike(d.PID)
	return nil
}

func (s *stage) Refuses(d proctree.Descendant) bool {
	return s.actors[d.PID].refuses
}

func (s *stage) Describe(found []proctree.Descendant, leaders ...*proctree.Process) (left []proctree.LeftProcess) {
	for _, d := range found {
		left = append(left, proctree.LeftProcess{PID: d.PID})
	}
	for _, p := range leaders {
		left = append(left, proctree.LeftProcess{PID: p.PID})
	}
	return left
}

func (*stage) AnnouncesEnds() bool { return true }

func (s *stage) Empty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.dead) == len(s.actors)
}

func (s *stage) Reap(before func(int)) []proctree.Exit {
	s.mu.Lock()
	exits := s.exits
	s.exits = nil
	s.mu.Unlock()
	for _, e := range exits {
		before(e.PID)
	}
	return exits
}

func (s *stage) Descendants(of proctree.Selector, _ map[int]bool, _ func() ([]int, error)) ([]proctree.Descendant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []proctree.Descendant
	if time.Since(s.begun) < s.actors[of.Group].blind {
		return nil, errors.New("the system is blind")
	}
	selected := s.actors[of.Group].descendants
	if of == (proctree.Selector{}) {
		for pid := range s.actors {
			if pid >= 10 {
				selected = append(selected, pid)
			}
		}
	}
	for _, pid := range selected {
		if !s.dead[pid] {
			found = append(found, proctree.Descendant{PID: pid})
		}
	}
	return found, nil
}

func (s *stage) InGroup(proctree.Descendant, int) bool { return false }

// The services of these tests are called as their process id.
func TestDeadlines(t *testing.T) {
	sleep := func(d time.Duration) func() Request {
		return func() Request { time.Sleep(d); return Request{} }
	}
	stop := func(pid int, grace time.Duration) func() Request {
		return func() Request { return Request{Stop: &Stop{fmt.Sprint(pid), 1, grace}} }
	}
	shutdown := func(grace time.Duration) func() Request {
		return func() Request { return Request{Shutdown: &Shutdown{grace}} }
	}
	// In a chain, 3 needs 2 and 2 needs 1.
	chain := func(each actor) map[int]actor {
		second, third := each, each
		second.needs, third.needs = []string{"1"}, []string{"2"}
		return map[int]actor{1: each, 2: second, 3: third}
	}
	for _, test := range []struct {
		name   string
		actors map[int]actor
		script []func() Request
		want   string
		left   int
	}{
		{"one that obeys is not killed", map[int]actor{1: {obeys: time.Second}},
			[]func() Request{stop(1, 5*time.Second), sleep(time.Minute), shutdown(0)},
			"0s TERM 1, 1s exited 1, 1s gone 1", 0},
		{"one that does not obey is killed at the deadline", map[int]actor{1: {never: true}},
			[]func() Request{stop(1, 5*time.Second), sleep(time.Minute), shutdown(0)},
			"0s TERM 1, 5s exited 1 SIGKILL, 5s gone 1, 5s kill 1", 0},
		{"without grace it is not asked", map[int]actor{1: {}},
			[]func() Request{stop(1, 0), sleep(time.Minute), shutdown(0)},
			"0s exited 1 SIGKILL, 0s gone 1, 0s kill 1", 0},
		{"asking again brings the deadline forward", map[int]actor{1: {never: true}},
			[]func() Request{stop(1, time.Hour), sleep(time.Second), stop(1, 2*time.Second), sleep(time.Minute), shutdown(0)},
			"0s TERM 1, 3s exited 1 SIGKILL, 3s gone 1, 3s kill 1", 0},
		{"asking again does not put it off", map[int]actor{1: {never: true}},
			[]func() Request{stop(1, 2*time.Second), sleep(time.Second), stop(1, time.Hour), sleep(time.Minute), shutdown(0)},
			"0s TERM 1, 2s exited 1 SIGKILL, 2s gone 1, 2s kill 1", 0},
		{"what it leaves behind has until the same deadline", map[int]actor{1: {obeys: time.Second, descendants: []int{10, 11}}, 10: {obeys: time.Second}, 11: {never: true}},
			[]func() Request{stop(1, 5*time.Second), sleep(time.Minute), shutdown(0)},
			"0s TERM 1, 1s TERM 10, 1s TERM 11, 1s exited 1, 5s gone 1, 5s kill 11", 0},
		{"one deadline for all, however many wait for each other", chain(actor{obeys: 2 * time.Second}),
			[]func() Request{shutdown(5 * time.Second)},
			"0s TERM 3, 2s TERM 2, 2s exited 3, 2s gone 3, 4s TERM 1, 4s exited 2, 4s gone 2, 5s exited 1 SIGKILL, 5s gone 1, 5s kill 1", 0},
		{"those who have not had their turn by then are killed, too", chain(actor{never: true}),
			[]func() Request{shutdown(5 * time.Second)},
			"0s TERM 3, 5s exited 1 SIGKILL, 5s exited 2 SIGKILL, 5s exited 3 SIGKILL, 5s gone 1, 5s gone 2, 5s gone 3, 5s kill 1, 5s kill 2, 5s kill 3", 0},
		{"a second shutdown brings the end forward", map[int]actor{1: {never: true}},
			[]func() Request{shutdown(time.Hour), sleep(time.Second), shutdown(0)},
			"0s TERM 1, 1s exited 1 SIGKILL, 1s gone 1, 1s kill 1", 0},
		{"a second shutdown does not put it off", map[int]actor{1: {never: true}},
			[]func() Request{shutdown(2 * time.Second), sleep(time.Second), shutdown(time.Hour)},
			"0s TERM 1, 2s exited 1 SIGKILL, 2s gone 1, 2s kill 1", 0},
		{"nor for those who have not had their turn", chain(actor{never: true}),
			[]func() Request{shutdown(2 * time.Second), sleep(time.Second), shutdown(time.Hour)},
			"0s TERM 3, 2s exited 1 SIGKILL, 2s exited 2 SIGKILL, 2s exited 3 SIGKILL, 2s gone 1, 2s gone 2, 2s gone 3, 2s kill 1, 2s kill 2, 2s kill 3", 0},
		{"the stop of one keeps its own, earlier deadline", map[int]actor{1: {never: true}, 2: {never: true}},
			[]func() Request{stop(1, time.Second), shutdown(3 * time.Second)},
			"0s TERM 1, 0s TERM 2, 1s exited 1 SIGKILL, 1s gone 1, 1s kill 1, 3s exited 2 SIGKILL, 3s gone 2, 3s kill 2", 0},
		{"what nothing ends is given up, and counted", map[int]actor{1: {never: true, stuck: true}, 2: {}},
			[]func() Request{shutdown(2 * time.Second)},
			"0s TERM 1, 0s TERM 2, 0s exited 2, 0s gone 2, 2s kill 1 in vain, 5s left of 1: 1", 1},
		{"so it is after the stop of one", map[int]actor{1: {never: true, stuck: true}, 2: {}},
			[]func() Request{stop(1, 2*time.Second), sleep(time.Minute), shutdown(0)},
			"0s TERM 1, 2s kill 1 in vain, 5s left of 1: 1, 1m0s exited 2 SIGKILL, 1m0s gone 2, 1m0s kill 2", 1},
		{"each is killed at its own deadline, if that is earlier", map[int]actor{1: {never: true, timeout: time.Second}, 2: {never: true}},
			[]func() Request{shutdown(5 * time.Second)},
			"0s TERM 1, 0s TERM 2, 1s exited 1 SIGKILL, 1s gone 1, 1s kill 1, 5s exited 2 SIGKILL, 5s gone 2, 5s kill 2", 0},
		{"its own time begins with its signal", map[int]actor{1: {never: true, timeout: time.Second}, 2: {obeys: 2 * time.Second, needs: []string{"1"}}},
			[]func() Request{shutdown(5 * time.Second)},
			"0s TERM 2, 2s TERM 1, 2s exited 2, 2s gone 2, 3s exited 1 SIGKILL, 3s gone 1, 3s kill 1", 0},
		{"its own time does not extend that of all", map[int]actor{1: {never: true, timeout: time.Minute}},
			[]func() Request{shutdown(5 * time.Second)},
			"0s TERM 1, 5s exited 1 SIGKILL, 5s gone 1, 5s kill 1", 0},
		{"what could not be looked at is looked at again, long before its deadline", map[int]actor{1: {obeys: time.Second, blind: 2 * time.Second}},
			[]func() Request{stop(1, 10*time.Second), sleep(time.Minute), shutdown(0)},
			"0s TERM 1, 1s exited 1, 2.12s gone 1", 0},
		{"what may not be signalled has until the deadline to end by itself, and is told", map[int]actor{1: {descendants: []int{10}}, 10: {refuses: true}},
			[]func() Request{stop(1, 2*time.Second), sleep(time.Minute), shutdown(0)},
			"0s TERM 1, 0s exited 1, 2.5s left of 1: 10", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, left, took := play(test.actors, test.script)
				if got != test.want {
					t.Errorf("got  %s\nwant %s", got, test.want)
				}
				if n := len(leftOf(left)); n != test.left {
					t.Errorf("it says that %+v are left", left)
				}
				if took > 64*time.Second { // the longest script takes 60 s, and 3 s for what nothing ends
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

func leftOf(l *Left) []proctree.LeftProcess {
	if l == nil {
		return nil
	}
	return l.Processes
}

// play has a guard look after actors while the script is sent to it, until its end. It
// returns what happened, how many processes the guard says are left, and how long it took.
func play(actors map[int]actor, script []func() Request) (string, *Left, time.Duration) {
	host := &stage{begun: time.Now(), ended: make(chan os.Signal, 1), actors: actors, asked: map[int]bool{}, dead: map[int]bool{}}
	events := make(chan Event, 100)
	g := &guard{tree: host, ended: host.ended, events: events, runs: map[string]*run{}, sockets: map[string]*socket{}, stuck: map[int]*proctree.Process{}, told: map[int]bool{}, helper: proctree.NewCleanupHelper("")}
	silent := make(chan struct{})
	close(silent)
	for pid, a := range actors {
		if pid >= 10 {
			continue // a descendant of another
		}
		log, _ := logs.NewWriter("") // kept in memory: cannot fail
		name := fmt.Sprint(pid)
		g.runs[name] = &run{
			start: Start{Service: name, Run: 1, Needs: a.needs, StopSignal: "TERM", StopTimeout: a.timeout}, process: &proctree.Process{PID: pid}, running: true,
			log: log, notice: &coalescedNotice{}, out: &output{ended: silent}, err: &output{ended: silent},
		}
	}
	told := make(chan struct{})
	go func() {
		defer close(told)
		for e := range events {
			host.mu.Lock()
			switch {
			case e.Exited != nil:
				host.note("%s", strings.TrimSpace(fmt.Sprintf("exited %d %s", e.Exited.PID, e.Exited.Signal)))
			case e.Gone != nil && e.Gone.Left != nil:
				host.note("left of %s: %d", e.Gone.Service, e.Gone.Left[0].PID)
			case e.Gone != nil:
				host.note("gone %s", e.Gone.Service)
			}
			host.mu.Unlock()
		}
	}()
	requests := make(chan Request)
	go func() {
		for _, next := range script {
			if r := next(); r != (Request{}) {
				requests <- r
			}
		}
	}()
	left := g.serve(requests, nil)
	close(events)
	<-told
	return host.story(), left, time.Since(host.begun)
}

// story is what was noted, each thing once; what was done in one moment is sorted.
func (s *stage) story() string {
	slices.SortStableFunc(s.notes, func(a, b note) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.what, b.what))
	})
	var story []string
	told := map[string]bool{}
	for _, n := range s.notes {
		if !told[n.what] {
			story = append(story, fmt.Sprint(n.at, " ", n.what))
		}
		told[n.what] = true
	}
	return strings.Join(story, ", ")
}
