package guard

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A guard that owes an answer and says nothing is missed, with the start that it hangs at: it does
// one after the other.
func TestAGuardThatSaysNothingIsMissed(t *testing.T) {
	start := func(service string) Request { return Request{Start: &Start{Service: service, Run: 1}} }
	started := func(service string) Event { return Event{Started: &Started{Service: service, Run: 1}} }
	for name, test := range map[string]struct {
		asked  []Request
		said   []Event
		missed bool
		at     string
	}{
		"it has answered":       {[]Request{start("a")}, []Event{started("a")}, false, ""},
		"a start":               {[]Request{start("a"), start("b"), start("c")}, []Event{started("a")}, true, "b"},
		"a refusal is answered": {[]Request{start("a"), start("b")}, []Event{{Refused: &Refused{Service: "a", Run: 1}}}, true, "b"},
		"another question":      {[]Request{{Members: &MembersRequest{Service: "a"}}}, nil, true, ""},
		"it ends":               {[]Request{start("a"), {Shutdown: &Shutdown{}}}, nil, false, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			missed := false
			a := answers{mu: &mu, missing: func() { missed = true }}
			mu.Lock()
			for _, r := range test.asked {
				a.owe(r)
			}
			for _, e := range test.said {
				a.got(e)
			}
			mu.Unlock()
			time.Sleep(StuckTime - time.Second)
			look := func() (bool, string) {
				synctest.Wait()
				mu.Lock()
				defer mu.Unlock()
				return missed, a.stuckAt()
			}
			if missed, _ := look(); missed {
				t.Errorf("%s: it is missed too early", name)
			}
			time.Sleep(2 * time.Second)
			if missed, at := look(); missed != test.missed || missed && at != test.at {
				t.Errorf("%s: missed %v at %q", name, missed, at)
			}
		})
	}
}
