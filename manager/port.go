package manager

import (
	"net"
	"strconv"

	"agents-tray/manager/inspect"
	"agents-tray/manager/spec"
)

// portProblem returns the problem of an address in use: by which program, and a port that
// is free.
func portProblem(s spec.ServiceSpec, taken map[int]bool) *Problem {
	_, address := s.OwnAddress()
	port, free := spec.Port(address), 0
	if host, _, err := net.SplitHostPort(s.Listen); err == nil { // it can be moved
		free = freePort(host, port, taken)
	}
	name, pid := inspect.PortHolder(port)
	return portHeldProblem(s.Title, port, holder{name: name, pid: pid}, free)
}

// freePort returns a port above port that can be bound now and is not in taken, or 0.
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

// ports returns the ports of all services, running or not.
func (m *Manager) ports() map[int]bool {
	ports := map[int]bool{}
	for _, s := range m.services {
		if _, address := s.spec.OwnAddress(); address != "" {
			ports[spec.Port(address)] = true
		}
	}
	return ports
}
