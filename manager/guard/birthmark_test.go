//go:build linux

package guard

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/guard/proctree"
)

// A daemon that has forked twice, has a session of its own and an empty environment, is known as
// one of its run, though nobody saw it being made and another run is there.
func TestADaemonThatTellsNothingOfItself(t *testing.T) {
	for name, end := range map[string]func(c *conversation){
		"a stop of its service": func(c *conversation) {
			c.send(Request{Stop: &Stop{Service: "s", Run: 1, Grace: 50 * time.Millisecond}})
			c.exited()
			if err := c.gone().Err(); err != nil {
				c.t.Error(err)
			}
		},
		"the cleanup helper": func(c *conversation) {
			helper := c.cleanupHelper()
			c.kill(c.PID())
			gonePID(c.t, helper)
		},
		"the cleanup helper without a journal": func(c *conversation) { // as on a full disk
			helper := c.cleanupHelper()
			for _, journal := range proctree.JournalsOf(c.journals(), c.mark) {
				if err := os.Remove(journal); err != nil {
					c.t.Error(err)
				}
			}
			c.kill(c.PID())
			gonePID(c.t, helper)
		},
		"the next start": func(c *conversation) {
			c.kill(c.cleanupHelper(), c.PID())
			for range c.Events() {
			}
			if n, err := proctree.Sweep(c.mark, proctree.JournalsOf(c.journals(), c.mark), 0); n == 0 || err != nil {
				c.t.Errorf("swept %d: %v", n, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := launch(t, 50*time.Millisecond)
			c.start(Start{Service: "other", Run: 1, Command: guardtest.Command(guardtest.Cooperative)})
			leader := c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Hides)}).PID
			c.send(Request{Members: &MembersRequest{"s", 1}})
			members := c.next().Members
			if members == nil || len(members.PIDs) != 2 || members.PIDs[0] != leader {
				t.Fatalf("its members are %+v", members)
			}
			c.send(Request{Members: &MembersRequest{"other", 1}})
			if other := c.next().Members; other == nil || len(other.PIDs) != 1 {
				t.Errorf("the other's members are %+v", other)
			}
			end(c)
			gonePID(t, members.PIDs[1])
		})
	}
}

// A file of variables that was made inside of another session names that one.
func TestVariablesOfAnotherSession(t *testing.T) {
	c := launch(t, 50*time.Millisecond)
	names := []string{proctree.SessionVariable, proctree.GuardVariable, proctree.RunVariable}
	var env []string
	for _, name := range names {
		env = append(env, name+"=another")
	}
	c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Tells, names...), Env: env})
	log, err := os.ReadFile(filepath.Join(c.logs, "s.log"))
	if err != nil || strings.Contains(string(log), "another") || !strings.Contains(string(log), c.session()) {
		t.Errorf("it has %s, %v", log, err)
	}
}

// A main process that has left its process group gets the signals all the same.
func TestALeaderThatLeavesItsGroup(t *testing.T) {
	for name, grace := range map[string]time.Duration{"stopped": time.Hour, "killed": 0} {
		t.Run(name, func(t *testing.T) {
			c := launch(t, 50*time.Millisecond)
			c.start(Start{Service: "s", Run: 1, Command: guardtest.Command(guardtest.Regroups)})
			c.send(Request{Stop: &Stop{Service: "s", Run: 1, Grace: grace}})
			if exited := c.exited(); (exited.Signal == "SIGKILL") != (grace == 0) || grace != 0 && exited.Code != 0 {
				t.Errorf("it exited with %+v", exited)
			}
			if err := c.gone().Err(); err != nil {
				t.Error(err)
			}
		})
	}
}
