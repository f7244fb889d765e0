//go:build linux

package inspect

import (
	"net"
	"os"
	"os/exec"
	"testing"
)

func TestTheHolderOfAPortIsKnown(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0", ":0"} {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		port := listener.Addr().(*net.TCPAddr).Port
		if name, pid := PortHolder("tcp", port); pid != os.Getpid() || name == "" {
			t.Errorf("%s is held by %q, pid %d", listener.Addr(), name, pid)
		}
		if !ListensOn(os.Getpid(), port) || ListensOn(os.Getppid(), port) {
			t.Errorf("%s: this process %v, its parent %v", listener.Addr(), ListensOn(os.Getpid(), port), ListensOn(os.Getppid(), port))
		}
		listener.Close()
		if name, pid := PortHolder("tcp", port); pid == os.Getpid() || ListensOn(os.Getpid(), port) {
			t.Errorf("%s is closed, but held by %q, pid %d", listener.Addr(), name, pid)
		}
	}
}

func TestProcessesAreMeasuredTogether(t *testing.T) {
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	own := Measure(t.Context(), []int{os.Getpid()})
	if own.Processes != 1 || own.Threads < 1 || own.Memory < 1<<20 {
		t.Errorf("this process uses %+v", own)
	}
	both := Measure(t.Context(), []int{os.Getpid(), os.Getppid(), ended.Process.Pid})
	if both.Processes != 2 || both.Threads <= 1 {
		t.Errorf("this process and its parent use %+v", both)
	}
}
