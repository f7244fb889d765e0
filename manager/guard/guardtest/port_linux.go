package guardtest

import (
	"net"
	"strconv"
	"testing"
)

// reserve reports whether no other test has the port, in this process or another, and takes it
// for this one until its end. The name of a socket that is no file stands for it.
func reserve(t testing.TB, port int) bool {
	taken, err := net.Listen("unix", "@agents-tray-test-port-"+strconv.Itoa(port))
	if err != nil {
		return false
	}
	t.Cleanup(func() { taken.Close() })
	return true
}
