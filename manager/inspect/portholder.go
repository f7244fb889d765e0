package inspect

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
)

// A Holder is who listens on a port. All is empty if nobody is seen to.
type Holder struct {
	Name string // of the program
	PID  int    // 0: its process cannot be seen
	User string // that it belongs to, if that is another one and PID is 0
}

// printable is the name of a program as it can be shown: a program may call itself anything.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, name)
}

// Covers reports whether a socket that is bound to an address gets connections to another
// one, if no other socket is bound to just that.
func Covers(bound, at netip.AddrPort) bool {
	if bound.Port() != at.Port() {
		return false
	}
	b, a := bound.Addr().Unmap(), at.Addr().Unmap()
	return b == a || b == netip.IPv6Unspecified() || b == netip.IPv4Unspecified() && a.Is4()
}

// Covered reports whether one of these addresses gets connections to a host:port. localhost is
// any address of this computer's own.
func Covered(address string, bound []netip.AddrPort) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	hosts := []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}
	if ip, err := netip.ParseAddr(host); err == nil {
		hosts = []netip.Addr{ip}
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return false
	}
	for _, host := range hosts {
		for _, b := range bound {
			if Covers(b, netip.AddrPortFrom(host, uint16(number))) {
				return true
			}
		}
	}
	return false
}
