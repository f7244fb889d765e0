package manager

import (
	"context"
	"net"
	"net/netip"
	"slices"
)

// resolve returns a TCP address that is to be bound, with an IP address in the place of a name, as
// net.Listen would choose it: IPv4 before IPv6. The guard, which serves all services, must not wait
// for a name server. localhost stays: each system knows it by itself.
func resolve(ctx context.Context, address string) (string, error) {
	if !isNamed(address) {
		return address, nil
	}
	host, port, _ := net.SplitHostPort(address) // isNamed has seen it
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return "", err
	}
	at := found[0]
	if v4 := slices.IndexFunc(found, func(a netip.Addr) bool { return a.Unmap().Is4() }); v4 >= 0 {
		at = found[v4]
	}
	return net.JoinHostPort(at.Unmap().String(), port), nil
}

// isNamed reports whether a name server may be needed to find an address.
func isNamed(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil || host == "localhost" {
		return false
	}
	_, err = netip.ParseAddr(host)
	return err != nil
}
