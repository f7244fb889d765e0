//go:build linux

package inspect

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"testing"

	"agents-tray/manager/guard/guardtest"
)

func TestTheHolderOfAPortIsKnown(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0", ":0"} {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		bound := listener.Addr().(*net.TCPAddr).AddrPort()
		bound = netip.AddrPortFrom(bound.Addr().Unmap(), bound.Port())
		if holder := PortHolder(bound); holder.PID != os.Getpid() || holder.Name == "" {
			t.Errorf("%s is held by %+v", bound, holder)
		}
		if !ListensOn(os.Getpid(), bound) || ListensOn(os.Getppid(), bound) {
			t.Errorf("%s: this process %v, its parent %v", bound, ListensOn(os.Getpid(), bound), ListensOn(os.Getppid(), bound))
		}
		if has := Listening([]int{os.Getpid()}); !slices.Contains(has, bound) {
			t.Errorf("%s is not among %v", bound, has)
		}
		listener.Close()
		if holder := PortHolder(bound); holder != (Holder{}) || ListensOn(os.Getpid(), bound) {
			t.Errorf("%s is closed, but held by %+v", bound, holder)
		}
	}
}

// Of two programs on one port, the one that is bound to just that address gets the connections.
func TestTheMostSpecificListenerHoldsAnAddress(t *testing.T) {
	narrow := guardtest.Listen(t)
	port := narrow.Addr().(*net.TCPAddr).Port
	other, err := net.Listen("tcp", fmt.Sprintf("[::1]:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for bound, wanted := range map[string]map[string]bool{
		"127.0.0.1": {"127.0.0.1": true, "::1": false, "127.0.0.2": false},
		"0.0.0.0":   {"127.0.0.1": true, "::1": false},
		"::":        {"127.0.0.1": true, "::1": true},
	} {
		for at, want := range wanted {
			if got := Covers(netip.AddrPortFrom(netip.MustParseAddr(bound), 80), netip.AddrPortFrom(netip.MustParseAddr(at), 80)); got != want {
				t.Errorf("%s gets connections to %s: %v", bound, at, got)
			}
		}
	}
	if holder := PortHolder(netip.MustParseAddrPort(fmt.Sprintf("127.0.0.2:%d", port))); holder != (Holder{}) {
		t.Errorf("127.0.0.2 is held by %+v", holder)
	}
}

func TestAncestors(t *testing.T) {
	if !DescendsFrom(os.Getpid(), os.Getppid()) || DescendsFrom(os.Getppid(), os.Getpid()) {
		t.Error("this process does not descend from its parent, or the other way round")
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
