package manager

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
)

// portProblem explains that a service's address is taken: by whom, and which port
// is free instead.
func portProblem(spec ServiceSpec, taken map[int]bool) *Problem {
	_, address := spec.ownAddress()
	port := portOf(address)
	p := &Problem{Kind: PortHeld}
	if host, _, err := net.SplitHostPort(spec.Listen); err == nil { // it can be moved
		p.FreePort = freePort(host, port, taken)
	}
	name, pid := portHolder(port)
	switch {
	case pid == 0:
		p.Summary = fmt.Sprintf("Port %d is taken by a program of another user", port)
		p.Advice = "Stop it"
	default:
		p.Summary = fmt.Sprintf("Port %d is taken by %s (pid %d)", port, name, pid)
		p.Advice = "Stop " + name
	}
	if p.FreePort != 0 {
		p.Advice += fmt.Sprintf(", or use another port for %s: %d is free", spec.Title, p.FreePort)
	}
	return p
}

// freePort returns a port above port that can be bound now and is in nobody's plans,
// or 0.
func freePort(host string, port int, taken map[int]bool) int {
	for candidate := port + 1; candidate < min(port+100, 1<<16); candidate++ {
		if taken[candidate] {
			continue
		}
		listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(candidate)))
		if err == nil {
			listener.Close()
			return candidate
		}
	}
	return 0
}

// ports are those that the services use or mean to.
func (m *Manager) ports() map[int]bool {
	ports := map[int]bool{}
	for _, s := range m.services {
		if _, address := s.spec.ownAddress(); address != "" {
			ports[portOf(address)] = true
		}
	}
	return ports
}

// ownAddress is the TCP address that the service listens on, as far as the
// specification tells, and the field that says so. One that a service on another
// computer would answer at is not its own.
func (s ServiceSpec) ownAddress() (field, address string) {
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

// portOf returns the port of a host:port, 0 if there is none.
func portOf(address string) int {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return 0
	}
	return portNumber(text)
}

// portNumber reads a port, 0 if it is none.
func portNumber(text string) int {
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return int(port)
}
