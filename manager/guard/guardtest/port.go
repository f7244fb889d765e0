package guardtest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"testing"
)

// The ports that tests are given: below those that systems give to whoever asks for port
// 0, as tests and programs in parallel do all the time. One of theirs would be
// given to a service while its program is away, or be met where nobody may listen.
const firstPort, lastPort = 12000, 31998

// asked counts ports, from a place where other test binaries hardly are.
var asked atomic.Uint32

func init() { asked.Store(rand.Uint32N((lastPort - firstPort) / 2)) }

// FreePort returns a TCP port of 127.0.0.1 that nobody uses, another one each time, and, on
// Linux, one that no other test has that runs at the same time. The port after it is nobody
// else's either, for programs that try the next one.
func FreePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		port := firstPort + 2*int(asked.Add(1)%((lastPort-firstPort)/2))
		if !reserve(t, port) {
			continue
		}
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			listener.Close()
			return port
		}
	}
	t.Fatalf("a hundred ports from %d to %d are taken", firstPort, lastPort)
	return 0
}

// FreeAddress returns 127.0.0.1 with such a port.
func FreeAddress(t testing.TB) string {
	t.Helper()
	return fmt.Sprintf("127.0.0.1:%d", FreePort(t))
}

// Listen listens on some port of 127.0.0.1 until the test ends.
func Listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}
