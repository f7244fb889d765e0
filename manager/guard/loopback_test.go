package guard

import (
	"net"
	"testing"
)

// localhost once could be another program's page, on the loopback address that was free.
func TestBothLoopbackAddressesAreHeld(t *testing.T) {
	for address, other := range map[string]string{"127.0.0.1:0": "::1", "[::1]:0": "127.0.0.1"} {
		listeners, taken, err := ListenLoopback(address, true)
		if err != nil || len(listeners) != 2 || taken != "" {
			t.Fatalf("%s: %v, %q, %v", address, listeners, taken, err)
		}
		_, port, _ := net.SplitHostPort(listeners[0].Addr().String())
		if want := net.JoinHostPort(other, port); listeners[1].Addr().String() != want {
			t.Errorf("%s: %s, not %s", address, listeners[1].Addr(), want)
		}
		listeners[0].Close()

		// Another program has that other address now.
		one, taken, err := ListenLoopback(listeners[0].Addr().String(), true)
		if err != nil || len(one) != 1 || taken != listeners[1].Addr().String() {
			t.Errorf("%s: %v, %q, %v", address, one, taken, err)
		}
		listeners[1].Close()
		for _, l := range one {
			l.Close()
		}
	}
	for _, address := range []string{"0.0.0.0:0", "127.0.0.2:0"} {
		listeners, taken, err := ListenLoopback(address, true)
		if err != nil || len(listeners) != 1 || taken != "" {
			t.Fatalf("%s: %v, %q, %v", address, listeners, taken, err)
		}
		listeners[0].Close()
	}
	listeners, _, err := ListenLoopback("127.0.0.1:0", false)
	if err != nil || len(listeners) != 1 {
		t.Fatalf("one only: %v, %v", listeners, err)
	}
	listeners[0].Close()
}
