package guard

import (
	"net"
	"net/netip"
	"strconv"
)

// ListenLoopback binds a TCP address and, if both is set, the same port of the other loopback
// address, so that localhost is nobody else's. taken is that other address if another program
// has it; where there is no such address, as without IPv6, nothing is told.
func ListenLoopback(address string, both bool) (listeners []net.Listener, taken string, err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, "", err
	}
	listeners = []net.Listener{listener}
	bound, err := netip.ParseAddrPort(listener.Addr().String())
	if err != nil || !both {
		return listeners, "", nil // a named zone: not loopback
	}
	other := otherLoopback(bound)
	if other == "" {
		return listeners, "", nil
	}
	second, err := net.Listen("tcp", other)
	switch {
	case err == nil:
		listeners = append(listeners, second)
	case IsAddressInUse(err):
		taken = other
	}
	return listeners, taken, nil
}

// otherLoopback returns the loopback address of the other protocol, "" for one that is not
// 127.0.0.1 or ::1.
func otherLoopback(address netip.AddrPort) string {
	other := map[string]string{"127.0.0.1": "::1", "::1": "127.0.0.1"}[address.Addr().Unmap().String()]
	if other == "" {
		return ""
	}
	return net.JoinHostPort(other, strconv.Itoa(int(address.Port())))
}
