package spec

import (
	"net"
	"net/url"
	"strconv"
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
		if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
			return candidate.field, candidate.address
		}
	}
	return "", ""
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
