package manager

import (
	"context"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/inspect"
	"agents-tray/manager/spec"
)

// A portState is what was found at an address that is to be bound.
type portState struct {
	taken bool
	by    holder // who is seen to listen there; nobody, if there are only connections that are being closed
	ours  bool   // by is a process below the guard
	free  int    // a port that could take its place, 0 if none can
}

// lookAtPort finds out whether an address can be bound, and who is in the way. strict is for a
// program that does not bind as this one does: without SO_REUSEADDR, or all addresses. What could
// not be seen until ctx ends is not known to be taken: a name server or a process may not answer.
func lookAtPort(ctx context.Context, address string, strict bool, guardPID int) portState {
	state, _ := within(ctx, func() portState { return stateOfPort(ctx, address, strict, guardPID) })
	return state
}

func stateOfPort(ctx context.Context, address string, strict bool, guardPID int) portState {
	if canBind(ctx, address, strict) {
		return portState{}
	}
	state := portState{taken: true}
	address, err := resolve(ctx, address)
	if err != nil {
		return state
	}
	at, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return state
	}
	asked := at.AddrPort()
	if strict {
		asked = netip.AddrPortFrom(netip.IPv6Unspecified(), asked.Port())
	}
	found := inspect.PortHolder(netip.AddrPortFrom(asked.Addr().Unmap(), asked.Port()))
	state.by = holder{name: found.Name, pid: found.PID, user: found.User}
	state.ours = found.PID != 0 && guardPID != 0 && inspect.DescendsFrom(found.PID, guardPID)
	if found.PID != 0 && !state.ours {
		lines := inspect.CommandLines(found.PID)
		state.by.platform = slices.ContainsFunc(lines, startsPlatform)
		if len(lines) > 0 {
			state.by.line = lineOf(lines[0])
		}
	}
	return state
}

// canBind reports whether an address is free.
func canBind(ctx context.Context, address string, strict bool) bool {
	var config net.ListenConfig
	if strict {
		config.Control = withoutReuse
		if _, port, err := net.SplitHostPort(address); err == nil {
			address = ":" + port
		}
	}
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return !guard.IsAddressInUse(err)
	}
	listener.Close()
	return true
}

const (
	// portPatience is how long a port that nobody is seen to have is waited for: TIME_WAIT
	// lasts a minute.
	portPatience = 65 * time.Second
	// portRetry is the least wait before another look.
	portRetry = 100 * time.Millisecond
	// mostPortRetry is the longest.
	mostPortRetry = 2 * time.Second
	// portTellAfter is how long it is waited for before that is told.
	portTellAfter = time.Second
)

// portTaken handles a port that cannot be bound. Who is seen to have it is told, and the start
// given up. What is left of our own, or connections that are still being closed, will go: the
// start is tried again, which is no failure of the service.
func (s *service) portTaken(found portState) {
	s.dropRun()
	_, address := s.spec.OwnAddress()
	port := spec.Port(address)
	if s.busySince.IsZero() {
		s.busySince = time.Now()
	}
	waited := time.Since(s.busySince)
	if found.by != (holder{}) && !found.ours || waited >= portPatience {
		s.fail(portHeldProblem(s.spec, found.by, found.free))
		return
	}
	if waited >= portTellAfter && (s.problem == nil || s.problem.Kind != PortBusy) {
		s.problem = &Problem{Kind: PortBusy, Title: s.spec.Title, Port: port}
	}
	s.retryAfter(min(max(waited/4, portRetry), mostPortRetry))
}

// examinePort finds out, beside the owner, who has the address that the guard could not bind.
func (s *service) examinePort() {
	r := s.run
	r.stage = preparing // there is no process
	wanted := s.beside(r)
	listen, guardPID, taken, look := r.listen, s.m.link.pid(), s.m.ports(), s.m.outside.port
	go func() {
		ctx, cancel := context.WithTimeout(wanted, prepareTimeout)
		defer cancel()
		found := look(ctx, listen, false, guardPID)
		host, _, err := net.SplitHostPort(listen)
		if err == nil && found.by != (holder{}) {
			found.free = freePort(ctx, host, spec.Port(listen), taken)
		}
		s.m.post(func() {
			if s.run == r && wanted.Err() == nil {
				s.portTaken(found)
			}
		})
	}()
}

// freePort returns a port above port that can be bound now and is not in taken, or 0.
func freePort(ctx context.Context, host string, port int, taken map[int]bool) int {
	for candidate := port + 1; candidate < min(port+100, 1<<16); candidate++ {
		if !taken[candidate] && canBind(ctx, net.JoinHostPort(host, strconv.Itoa(candidate)), false) {
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

var (
	inUse      = regexp.MustCompile(`(?i)address (is )?already in use|address in use|EADDRINUSE|port is already|port \d+ is (already )?in use|only one usage of each socket address|errno (98|48)\b|os error (98|48|10048)`)
	portInText = regexp.MustCompile(`(?i)(?::|port[ :=]+)(\d{2,5})\b`)
)

// tellsOfPort reports whether lines that a program has printed say that this port is in use,
// and not another one.
func tellsOfPort(lines []string, port int) bool {
	for _, line := range lines {
		if !inUse.MatchString(line) {
			continue
		}
		named := portInText.FindAllStringSubmatch(line, -1)
		if len(named) == 0 || strings.Contains(line, strconv.Itoa(port)) {
			return true
		}
	}
	return false
}
