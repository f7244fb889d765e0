//go:build linux

package manager

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/spec"
)

// A guard that is stopped, with more requests than its pipe holds, hangs nothing: calls
// return, and everything can be ended.
func TestAGuardThatDoesNotRead(t *testing.T) {
	specs := []spec.ServiceSpec{newSpec("s", guardtest.Escapes)}
	for i := range 8 {
		large := newSpec(fmt.Sprint("large", i), guardtest.Cooperative)
		large.Env = []string{"LARGE=" + strings.Repeat("x", 60_000)}
		specs = append(specs, large)
	}
	m := newManager(t, specs...)
	must(t, m.Start("s"))
	awaitOutput(t, m, "s", 1)
	must(t, syscall.Kill(m.Snapshot().Guard, syscall.SIGSTOP))
	ended := make(chan error, 1)
	go func() {
		for _, s := range specs[1:] {
			if err := m.Start(s.Name); err != nil {
				t.Error(err)
			}
		}
		for range 100 {
			for _, s := range specs {
				if err := m.Restart(s.Name); err != nil {
					t.Error(err)
				}
			}
		}
		ctx, hurry := context.WithCancel(t.Context())
		hurry()
		ended <- m.Shutdown(ctx)
	}()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("it hangs")
	}
}
