//go:build linux

package e2e

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/guard/proctree"
)

// For hours:
//
//	go test -race -run TestRandomKills -timeout 0 -parallel 8 . -args -rounds 10000
//
// A round that fails names its seed and number; -seed and -round play it alone again,
// as far as its random moments allow.
var (
	rounds = flag.Int("rounds", 6, "how many rounds TestRandomKills plays")
	seed   = flag.Uint64("seed", rand.Uint64N(1e6), "of the rounds' random choices; default: another each time")
	only   = flag.Int("round", -1, "the only round to play; -1: all")
)

// TestRandomKills plays rounds of the table's game at any moment and with any victims.
func TestRandomKills(t *testing.T) {
	t.Parallel()
	for n := range max(*rounds, *only+1) {
		if *only >= 0 && n != *only {
			continue
		}
		t.Run(fmt.Sprintf("seed=%d,round=%d", *seed, n), func(t *testing.T) {
			t.Parallel()
			r := &round{user: newUser(t), Rand: rand.New(rand.NewPCG(*seed, uint64(n)))}
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("what was done:\n%s", strings.Join(r.story, "\n"))
				}
			})
			r.play()
		})
	}
}

// A round is one life of the program that ends badly, and the next that does not.
type round struct {
	*user
	*rand.Rand
	began  time.Time
	story  []string  // what was done
	hit    []process // all that ever were there when somebody was hit
	asked  bool      // the tray was asked to end
	killed bool      // the tray was killed
	nobody bool      // neither guard nor cleanup helper was there after that to end what is left
	ended  []string  // services that were asked to end: a second time they would be taken for daemons
	stuck  []int     // cleanup helpers whose guard had ended before they were stopped: nothing resumes them
}

func (r *round) tell(format string, arguments ...any) {
	r.story = append(r.story, fmt.Sprintf("%8v ", time.Since(r.began).Round(time.Millisecond))+fmt.Sprintf(format, arguments...))
}

func (r *round) chance(of float64) bool { return r.Float64() < of }

// pause lets a random time pass: that is the moment to find.
func (r *round) pause(most time.Duration) { time.Sleep(time.Duration(r.Int64N(int64(most)))) }

func (r *round) play() {
	r.began = time.Now()
	chosen := slices.Clone(kinds)
	r.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	chosen = chosen[:1+r.IntN(len(chosen))]
	r.tell("start %q", chosen)
	p := r.launchKinds(chosen...)
	switch r.IntN(4) {
	case 0: // while it starts
	case 1: // while it ends
		p.settled()
		r.tell("ask it to end")
		r.asked = true
		_ = p.Process.Signal(syscall.SIGTERM) // it has settled: it lives
		if r.chance(0.2) {
			r.pause(deadline)
		}
	default:
		p.settled()
	}
	for range 1 + r.IntN(3) {
		r.pause(300 * time.Millisecond)
		r.volley(p)
		if r.killed {
			break
		}
	}
	r.judge(p)
	r.next(p, chosen)
}

// volley hits some of what is there.
func (r *round) volley(p *program) {
	all := r.Processes()
	share := []float64{0, 0.2, 0.6, 1}[r.IntN(4)]
	chances := map[string]float64{"tray": 0.5, "guard": 0.4, "cleanup helper": 0.2, "service": share, "descendant": share}
	victims := slices.DeleteFunc(slices.Clone(all), func(p process) bool { return !r.chance(chances[p.Role]) })
	hitsTray := slices.ContainsFunc(victims, func(v process) bool { return v.PID() == p.Process.Pid })
	frozen := hitsTray && r.chance(0.3)
	if frozen {
		r.tell("SIGSTOP to everything")
		for _, p := range all {
			p.Kill(syscall.SIGSTOP)
		}
	}
	rest := map[string]int{}
	for _, p := range all {
		if frozen && p.Role == "cleanup helper" && !slices.ContainsFunc(all, func(g process) bool { return g.Role == "guard" && g.PID() == p.Parent() }) {
			r.stuck = append(r.stuck, p.PID())
		} else {
			rest[p.Role]++
		}
	}
	for _, v := range victims {
		signals := []syscall.Signal{syscall.SIGKILL}
		switch {
		case frozen:
		case r.chance(0.2) && !slices.Contains(r.ended, v.Service()):
			signals = []syscall.Signal{syscall.SIGTERM}
			if v.Role == "service" {
				r.ended = append(r.ended, v.Service())
			}
		case r.chance(0.3):
			signals = []syscall.Signal{syscall.SIGSTOP, syscall.SIGKILL}
		}
		for _, s := range signals {
			v.Kill(s)
		}
		r.tell("%v to %v", signals, v)
		kills := signals[len(signals)-1] == syscall.SIGKILL
		if kills {
			rest[v.Role]--
		}
		if v.PID() == p.Process.Pid {
			r.killed = r.killed || kills
			r.asked = r.asked || !kills
		}
	}
	r.nobody = rest["guard"] <= 0 && rest["cleanup helper"] <= 0
	r.hit = append(r.hit, all...)
}

// begun reports whether the program came as far as to record its session.
func begun(p *program) bool { return strings.Contains(p.Out.String(), "Starting Configurable Agents") }

// judge asserts what is there after the volleys.
func (r *round) judge(p *program) {
	t := r.T
	t.Helper()
	if !r.killed && !r.asked {
		r.tell("nobody has hit the tray: all must run")
		p.settled()
		p.quit()
		return
	}
	status := p.End()
	left := r.Processes()
	r.tell("it has ended with status %d, and there are %v", status, left)
	if !r.killed {
		if begun(p) && status != 0 {
			t.Errorf("it was asked to end and did with status %d", status)
		}
		guardtest.NothingLeft(t, r.Mark(), time.Second)
		return
	}
	if r.chance(0.3) {
		r.tell("start again at once")
		return
	}
	wait(t, deadline, "everything to end", func() bool {
		left = r.Processes()
		return !slices.ContainsFunc(left, func(p process) bool {
			return !slices.Contains(r.stuck, p.PID()) && !(r.nobody && p.Role == "descendant")
		})
	})
	if len(left) > 0 {
		r.tell("left: %v", left)
	}
}

// next starts the program again: whatever was before is gone then, and known.
func (r *round) next(p *program, chosen []string) {
	t := r.T
	t.Helper()
	after := r.launchKinds(chosen...)
	status := after.settled()
	for _, old := range r.hit {
		wait(t, time.Second, old.String()+" of the session before to end", old.Ended)
	}
	sessions := r.record()
	for _, session := range sessions {
		if left := guardtest.Left(proctree.SessionVariable + "=" + session.mark); session.pid != after.Process.Pid && len(left) > 0 {
			t.Errorf("of the session before there are %v", left)
		}
	}
	after.quitNow()
	sessions = r.record()
	if n := len(sessions); n > 2 || n == 0 || n == 1 && begun(p) {
		t.Errorf("two sessions were begun, the record has %+v", sessions)
		return
	}
	if last := sessions[len(sessions)-1]; last.pid != after.Process.Pid || last.ending != "clean" {
		t.Errorf("the last session ended cleanly, the record says %+v", last)
	}
	if len(sessions) == 1 {
		return
	}
	r.judgeRecord(sessions[0], p, status)
}

// judgeRecord asserts what is said of the session that was hit.
func (r *round) judgeRecord(was recorded, p *program, status control.Status) {
	r.T.Helper()
	switch {
	case was.pid != p.Process.Pid:
		r.T.Errorf("the session of pid %d is recorded as %+v", p.Process.Pid, was)
	case r.killed && !r.asked && was.ending != "killed", !r.killed && was.ending != "clean", was.ending != "killed" && was.ending != "clean":
		r.T.Errorf("the session ended %q", was.ending)
	case (status.Unclean != nil) != (was.ending == "killed"):
		r.T.Errorf("the session ended %q, the next start tells %+v", was.ending, status.Unclean)
	}
}
