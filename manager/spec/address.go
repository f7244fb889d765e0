package spec

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// OwnAddress returns the TCP address that the service listens on, as far as the
// specification tells, and the field that says so; empty if it tells none. An address on
// another computer does not count.
func (s ServiceSpec) OwnAddress() (field, address string) {
	if s.Listen != "" {
		return "listen", s.Listen
	}
	for _, candidate := range []struct{ field, address string }{
		{"url", hostPort(s.URL)},
		{"ready.http", hostPort(s.Ready.HTTP)},
		{"ready.tcp", s.Ready.TCP},
	} {
		host, _, err := net.SplitHostPort(candidate.address)
		if err != nil {
			continue
		}
		ip, _ := netip.ParseAddr(host)
		if IsLocalhost(host) || ip.IsLoopback() || ip.IsUnspecified() {
			return candidate.field, candidate.address
		}
	}
	return "", ""
}

// IsLocalhost reports whether a name stands for this computer's loopback addresses, as browsers
// take it, whatever the system's list of hosts says.
func IsLocalhost(host string) bool {
	name := strings.ToLower(host)
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// hostPort returns the host:port of a URL, "" if it has no port.
func hostPort(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Port() == "" {
		return ""
	}
	return net.JoinHostPort(u.Hostname(), u.Port())
}

// Port returns the port of a host:port, 0 if there is none.
func Port(address string) int {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return 0
	}
	return portNumber(text)
}

// portNumber parses a port, 0 if it is not valid.
func portNumber(text string) int {
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return int(port)
}
