//go:build unix

// The fake guard proves readiness by notify, which Windows does not have.

package manager

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/spec"
)

const (
	randomRuns = 200
	randomOps  = 50 // in each
	quietAfter = 10 // operations, all is left alone and must come to rest
)

// Whatever happens in whatever order, once it is over no service is left in between, what is
// wanted runs, nothing else does, and Shutdown returns in its deadline.
func TestRandomOperations(t *testing.T) {
	for seed := range uint64(randomRuns) {
		synctest.Test(t, func(t *testing.T) {
			newRandom(t, seed).run()
		})
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

// A random is one run of random operations.
type random struct {
	*testing.T
	*rand.Rand
	m     *Manager
	w     *world
	names []string
	specs []spec.ServiceSpec // as they were at first
	done  []string           // the operations so far, for the report of a failure
}

func newRandom(t *testing.T, seed uint64) *random {
	r := &random{T: t, Rand: rand.New(rand.NewPCG(seed, 0))}
	policies := []spec.Policy{spec.RestartAlways, spec.RestartAlways, spec.RestartOnFailure, spec.RestartNever}
	conditions := []spec.Condition{spec.ConditionReady, spec.ConditionReady, spec.ConditionStarted, spec.ConditionCompleted}
	var specs []spec.ServiceSpec
	for n := range 3 + r.IntN(4) {
		s := spec.ServiceSpec{
			Name: fmt.Sprintf("s%d", n), StopTimeout: time.Duration(1+r.IntN(8)) * time.Second,
			Restart: spec.Restart{Policy: policies[r.IntN(len(policies))]},
			Ready:   spec.Ready{Notify: r.IntN(2) == 0}, DependsOn: map[string]spec.Condition{},
		}
		switch r.IntN(4) {
		case 0:
			s.Listen = fmt.Sprintf("127.0.0.1:%d", 9000+n)
		case 1:
			s.URL = fmt.Sprintf("http://127.0.0.1:%d", 9000+n)
		case 2:
			s.EnvFile = "/some/file"
		}
		for _, on := range specs {
			condition := conditions[r.IntN(len(conditions))]
			if r.IntN(3) > 0 || condition == spec.ConditionCompleted && on.Restart.Policy == spec.RestartAlways {
				continue
			}
			s.DependsOn[on.Name] = condition
		}
		specs, r.names = append(specs, s), append(r.names, s.Name)
	}
	r.specs = specs
	r.m, r.w = newFake(t, specs...)
	r.w.setEnv(func(context.Context) ([]string, error) { return nil, nil })
	return r
}

func (r *random) run() {
	for op := range randomOps {
		r.operate()
		pause := []time.Duration{0, 150 * time.Microsecond, 500 * time.Millisecond}[r.IntN(3)] // in the middle of what the one before has begun, or later
		pass(time.Duration(r.ExpFloat64() * float64(pause)))
		if op%quietAfter == quietAfter-1 {
			r.calm()
			pass(5 * time.Minute)
			r.check()
		}
		if r.Failed() {
			r.Logf("after %q", r.done)
			break
		}
	}
	r.shutDown()
}

// operate does one thing that a user, a service or the system may do at any time.
func (r *random) operate() {
	name := r.names[r.IntN(len(r.names))]
	note := func(what string, a ...any) { r.done = append(r.done, fmt.Sprintf(what, a...)) }
	must := func(err error) {
		if err != nil && !errors.As(err, new(ErrUnknownService)) {
			r.Error(err)
		}
	}
	switch g := r.w.guard(); r.IntN(14) {
	case 0, 1:
		note("start %s", name)
		must(r.m.Start(name))
	case 2:
		note("stop %s", name)
		must(r.m.Stop(name))
	case 3:
		note("restart %s", name)
		must(r.m.Restart(name))
	case 4:
		port := 10000 + r.IntN(1000)
		note("move %s to %d", name, port)
		must(r.m.Move(name, port))
	case 5:
		note("start all but %s", name)
		go r.m.StartAll(r.Context(), name) // its answer is whatever becomes of them
	case 6, 7:
		note("crash %s", name)
		if g != nil {
			g.crash(name)
		}
	case 8:
		reasons := []guard.Reason{"", "", "", guard.TryAgain, guard.AddressInUse, guard.NoCommand}
		as := way{
			refuse: reasons[r.IntN(len(reasons))], hangs: r.IntN(12) == 0, ready: time.Duration(r.IntN(60)-1) * time.Second, stops: time.Duration(r.IntN(10)) * time.Second,
			lives: time.Duration(r.IntN(3)) * time.Second, code: r.IntN(2), lingers: time.Duration(r.IntN(2000)) * time.Millisecond,
		}
		note("%s from now on %+v", name, as)
		r.w.set(name, as)
	case 9:
		state := []portState{{}, {taken: true}, {taken: true, by: holder{pid: 7, name: "x"}}}[r.IntN(3)]
		note("ports are %+v", state)
		r.w.setPort(state)
	case 10:
		r.harmGuard(note)
	case 12, 13:
		next := r.changedSpecs()
		start := r.IntN(4) > 0
		note("apply %v, start %v", brief(next), start)
		_, err := r.m.Apply(next, start)
		must(err)
	case 11:
		hang := time.Duration(r.IntN(10)) * time.Second
		note("env files take %v", hang)
		r.w.setEnv(func(context.Context) ([]string, error) { time.Sleep(hang); return []string{"A=b"}, nil })
	}
}

// changedSpecs are the services as somebody may have edited them: some left out, some with
// another command, some only with another title.
func (r *random) changedSpecs() (next []spec.ServiceSpec) {
	out := map[string]bool{}
	for _, s := range r.specs {
		s.Command, s.DependsOn = []string{s.Name}, maps.Clone(s.DependsOn)
		switch r.IntN(5) {
		case 0:
			out[s.Name] = true
			continue
		case 1:
			s.Env = []string{fmt.Sprintf("CHANGED=%d", r.IntN(100))}
		case 2:
			s.Title = "Another title"
		case 3:
			if s.Listen != "" {
				s.Listen = fmt.Sprintf("127.0.0.1:%d", 9100+10*r.IntN(10)+len(next))
			}
		}
		maps.DeleteFunc(s.DependsOn, func(on string, _ spec.Condition) bool { return out[on] })
		next = append(next, s)
	}
	r.Shuffle(len(next), func(i, j int) { next[i], next[j] = next[j], next[i] })
	return next
}

// brief is what differs between the services of two calls of changedSpecs.
func brief(specs []spec.ServiceSpec) (list []string) {
	for _, s := range specs {
		list = append(list, fmt.Sprint(s.Name, s.Title, s.Env, s.Listen, s.Dependencies()))
	}
	return list
}

func (r *random) harmGuard(note func(string, ...any)) {
	g := r.w.guard()
	if g == nil {
		return
	}
	switch r.IntN(4) {
	case 0:
		note("kill the guard")
		g.Kill()
	case 1:
		note("terminate the guard")
		g.terminate()
	case 2:
		note("kill the guard, and let launches fail")
		r.w.failLaunches(r.IntN(10))
		g.Kill()
	case 3:
		note("freeze the guard, then kill it")
		g.freeze()
		pass(time.Duration(r.IntN(3000)) * time.Millisecond)
		g.Kill()
	}
}

// calm lets everything work from now on.
func (r *random) calm() {
	r.done = append(r.done, "calm")
	for _, name := range r.names {
		r.w.set(name, way{ready: time.Second, stops: 100 * time.Millisecond})
	}
	r.w.setPort(portState{})
	r.w.failLaunches(0)
	r.w.setEnv(func(context.Context) ([]string, error) { return nil, nil })
	for name, run := range r.w.guard().present() { // what never is ready, or never ends, may be so for good
		if run.way.ready < 0 || run.way.refuse != "" || run.way.lives > 0 {
			r.w.guard().crash(name)
		}
	}
}

// present are the runs of a guard.
func (g *fakeGuard) present() map[string]fakeRun {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	runs := map[string]fakeRun{}
	for name, run := range g.runs {
		runs[name] = *run
	}
	return runs
}

// check checks what must be so once all is at rest.
func (r *random) check() {
	snapshot := r.m.Snapshot()
	var up []string
	for _, s := range snapshot.Services {
		switch s.State {
		case Ready:
			up = append(up, s.Name)
			if s.Problem != nil {
				r.Errorf("%s is ready, and has the problem %v", s.Name, s.Problem)
			}
		case Stopped, Completed, Failed, Waiting: // see checkWish
		default:
			r.Errorf("%s is %s for ever: %v", s.Name, s.State, s.Problem)
		}
		r.checkWish(s)
	}
	slices.Sort(up)
	if running := r.w.guard().running(); !slices.Equal(running, up) {
		r.Errorf("%v are ready, %v run", up, running)
	}
}

// checkWish checks that a service is what is wanted of it.
func (r *random) checkWish(shown Service) {
	_ = r.m.ask(func() error {
		s := r.m.byName[shown.Name]
		switch {
		case s.want && shown.State == Stopped:
			r.Errorf("%s is wanted and stopped", s.spec.Name)
		case !s.want && shown.State != Stopped:
			r.Errorf("%s is not wanted and %s", s.spec.Name, shown.State)
		case shown.State == Waiting && s.met():
			r.Errorf("%s waits for nothing", s.spec.Name)
		case shown.State == Failed && s.problem == nil:
			r.Errorf("%s has failed without a reason", s.spec.Name)
		}
		return nil
	})
}

// shutDown ends all at a random moment, perhaps with a guard that does not answer.
func (r *random) shutDown() {
	r.operate()
	pass(time.Duration(r.IntN(2000)) * time.Millisecond)
	g := r.w.guard()
	if g != nil && r.IntN(3) == 0 {
		g.freeze()
	}
	ctx := context.Background()
	if r.IntN(2) == 0 {
		short, cancel := context.WithTimeout(ctx, time.Duration(r.IntN(3000))*time.Millisecond)
		defer cancel()
		ctx = short
	}
	began := time.Now()
	if err := r.m.Shutdown(ctx); err != nil {
		r.Errorf("shut down: %v", err)
	}
	if took, limit := time.Since(began), guard.Patience(9*time.Second)+sweepTime; took > limit {
		r.Errorf("the end took %v, more than %v, after %q", took, limit, r.done)
	}
	for _, s := range r.m.Snapshot().Services {
		if !s.State.Idle() {
			r.Errorf("after the end %s is %s", s.Name, s.State)
		}
	}
	if left := r.w.guard().running(); len(left) > 0 {
		r.Errorf("left: %v", left)
	}
	if err := r.m.Start(r.names[0]); err != ErrShutDown && !errors.As(err, new(ErrUnknownService)) {
		r.Errorf("a start after the end: %v", err)
	}
	synctest.Wait()
}
