//go:build linux

package manager

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/spec"
)

func TestAHeldPortIsNamedAndAnotherOffered(t *testing.T) {
	held := guardtest.Listen(t)
	s := newSpec("s", guardtest.Serves)
	s.Listen = held.Addr().String()
	s.URL, s.Ready.HTTP = "http://"+s.Listen, "http://"+s.Listen
	m := newManager(t, s)
	var problem *Problem
	if err := m.StartAll(t.Context()); !errors.As(err, &problem) {
		t.Fatalf("start: %v", err)
	}
	self := filepath.Base(os.Args[0])
	if problem.Kind != PortHeld || *problem.Holder != (Process{Name: fmt.Sprintf("%.15s", self), PID: os.Getpid()}) || problem.FreePort == 0 {
		t.Errorf("the problem is %+v", problem)
	}
	must(t, m.Move("s", problem.FreePort))
	moved := awaitState(t, m, "s", Ready)
	if moved.URL != fmt.Sprintf("http://127.0.0.1:%d", problem.FreePort) {
		t.Errorf("it moved to %s", moved.URL)
	}
	fetch(t, moved.URL)
}

// Requests that arrive while a killed service is restarted wait for it.
func TestNoConnectionIsRefusedDuringARestart(t *testing.T) {
	address := guardtest.FreeAddress(t)
	s := newSpec("s", guardtest.Serves)
	s.Listen, s.URL, s.Ready.HTTP = address, "http://"+address, "http://"+address
	s.Restart = spec.Restart{MaxDelay: time.Millisecond, GiveUp: 100}
	m := newManager(t, s)
	startAll(t, m)
	for range 5 {
		pid := awaitState(t, m, "s", Ready).PID
		must(t, syscall.Kill(pid, syscall.SIGKILL))
		await(t, m, "s", "down", func(s Service) bool { return s.PID != pid })
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		conn.Close()
	}
}

// Stopped by hand, a service has no port: visitors are refused, not kept waiting.
func TestAStoppedServiceHasNoPort(t *testing.T) {
	address := guardtest.FreeAddress(t)
	s := newSpec("s", guardtest.Serves)
	s.Listen, s.Ready.HTTP = address, "http://"+address
	m := newManager(t, s)
	for range 10 {
		must(t, m.Start("s"))
		awaitState(t, m, "s", Ready)
		must(t, m.Stop("s"))
		awaitState(t, m, "s", Stopped)
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			t.Error("the port takes connections")
		}
	}
}
