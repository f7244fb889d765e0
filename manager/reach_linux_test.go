package manager

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/spec"
)

// hungFolder is where a drive is mounted whose server says nothing.
func hungFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	server, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	must(t, err)
	must(t, unix.Mount("hung", folder, "fuse", 0, fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0", server)))
	t.Cleanup(func() {
		must(t, unix.Close(server)) // which ends what waits
		must(t, unix.Unmount(folder, unix.MNT_DETACH))
	})
	return folder
}

// A folder or program on a drive that does not answer is told with its path, whatever else would
// be looked at.
func TestWhatHangsIsNotWaitedFor(t *testing.T) {
	hung := hungFolder(t)
	inside := filepath.Join(hung, "x")
	for name, test := range map[string]struct {
		spec spec.ServiceSpec
		at   string // "": it answers
	}{
		"a folder":           {spec.ServiceSpec{Dir: inside, Command: []string{"true"}}, inside},
		"a program":          {spec.ServiceSpec{Command: []string{inside}}, inside},
		"a folder of PATH":   {spec.ServiceSpec{Command: []string{"x"}, Env: []string{"PATH=/nowhere:" + hung}}, inside},
		"found before":       {spec.ServiceSpec{Command: []string{"true"}, Env: []string{"PATH=" + os.Getenv("PATH") + ":" + hung}}, ""},
		"what is missing":    {spec.ServiceSpec{Dir: "/nowhere", Command: []string{"/nowhere/x"}}, ""},
		"one without either": {spec.ServiceSpec{}, ""},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if test.at == "" {
			ctx = t.Context()
		}
		err := Reach(ctx, test.spec, nil)
		cancel()
		hangs, ok := errors.AsType[*Unreachable](err)
		if ok != (test.at != "") || ok && (hangs.Path != test.at || hangs.Waited <= 0) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Such a drive fails its service and nothing else: the guard, which would have waited for it, was
// ended for that every 17 seconds, and all services with it.
func TestADriveThatDoesNotAnswerFailsItsServiceOnly(t *testing.T) {
	hanging := newSpec("hanging", guardtest.Cooperative)
	hanging.Dir = hungFolder(t)
	m := newManager(t, newSpec("web", guardtest.Cooperative), hanging)
	if problem, ok := errors.AsType[*Problem](m.StartAll(t.Context())); !ok || problem.Kind != PathHangs || problem.Path != hanging.Dir {
		t.Errorf("it is told with %v", problem)
	}
	if web, _ := m.Snapshot().Service("web"); web.State != Ready || web.Restarts != 0 {
		t.Errorf("the other one is %+v", web)
	}
}
