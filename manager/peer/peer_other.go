//go:build !linux && !windows

package peer

import "net/netip"

// check lets everybody in: this system tells no other program whose a connection is.
func check(_, _ netip.AddrPort) error { return nil }
