package guard

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// A socket is a listening socket that outlives the processes it is handed to.
type socket struct {
	address string
	file    *os.File
}

// begin starts one run.
func (g *guard) begin(s Start) (Reason, error) {
	switch {
	case g.units[s.Service] != nil:
		return OtherReason, errors.New("its earlier run has not ended")
	case len(s.Command) == 0:
		return NoCommand, errors.New("no command was given")
	}
	path := s.Path
	if path == "" {
		path = s.Command[0]
	}
	path, err := LookPath(path, s.Env)
	if err != nil {
		return NoCommand, err
	}
	if s.Dir != "" {
		if info, err := os.Stat(s.Dir); err != nil {
			return NoCommand, err
		} else if !info.IsDir() {
			return NoCommand, fmt.Errorf("%s is not a folder", s.Dir)
		}
	}
	u := &unit{start: s, running: true, news: &news{ring: g.rung}}
	env := append(slices.Clone(s.Env), s.mark())
	var handed *os.File
	if s.Listen != "" {
		socket, err := g.listen(s.Service, s.Listen)
		if IsAddressInUse(err) {
			return AddressInUse, err
		} else if err != nil {
			return OtherReason, err
		}
		if handed = socket.file; handed != nil {
			env = append(env, "LISTEN_FDS=1", "LISTEN_FDNAMES="+s.Service)
		}
	}
	if s.Notify || s.Watchdog > 0 {
		if u.notify, err = listenNotify(); err != nil {
			return OtherReason, err
		}
		env = append(env, "NOTIFY_SOCKET="+u.notify.name)
		if s.Watchdog > 0 {
			env = append(env, "WATCHDOG_USEC="+strconv.FormatInt(s.Watchdog.Microseconds(), 10))
		}
	}
	match, err := newMatcher(s.Match, u.news)
	if err != nil {
		return OtherReason, fmt.Errorf("the pattern for its output: %w", err)
	}

	if u.log, err = openLog(s.Log); err != nil {
		g.fault(fmt.Errorf("%s: its output cannot be kept: %w", s.Service, err))
	}
	out, errOut, err := g.spawn(u, path, env, handed)
	if err != nil {
		u.close()
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.ENOEXEC) {
			return NoCommand, err
		}
		return OtherReason, err
	}
	g.units[s.Service] = u
	now := time.Now()
	g.events <- Event{Started: &Started{s.Service, s.Run, u.process.pid, now}}
	u.log.write(now, streamSys, fmt.Appendf(nil, "started, pid %d\n", u.process.pid))
	u.out = carry(out, streamOut, u.log, match)
	u.err = carry(errOut, streamErr, u.log, match)
	if u.notify != nil {
		u.notify.hear(u.news)
	}
	return "", nil
}

// close closes what the run had open but its pipes.
func (u *unit) close() {
	u.log.close()
	if u.notify != nil {
		u.notify.close()
	}
}

// name identifies the run in the environment of its processes.
func (s Start) name() string { return s.Service + "/" + strconv.FormatUint(s.Run, 10) }

func (s Start) mark() string { return serviceEnvironment + "=" + s.name() }

// spawn makes the run's process and the pipes around it, and returns those of its
// output.
func (g *guard) spawn(u *unit, path string, env []string, handed *os.File) (out, errOut *stream, err error) {
	var ours, theirs []*os.File
	closeAll := func(files []*os.File) {
		for _, f := range files {
			f.Close()
		}
	}
	pipe := func(forInput bool) error {
		r, w, err := os.Pipe()
		if err != nil {
			return err
		}
		if forInput {
			r, w = w, r
		}
		ours, theirs = append(ours, r), append(theirs, w)
		return nil
	}
	if u.start.Lifeline {
		err = pipe(true)
		env = append(env, "AGENTS_TRAY_LIFELINE=stdin")
	} else {
		var null *os.File
		null, err = os.Open(os.DevNull)
		ours, theirs = append(ours, nil), append(theirs, null)
	}
	err = errors.Join(err, pipe(false), pipe(false))
	if err != nil {
		closeAll(ours)
		closeAll(theirs)
		return nil, nil, err
	}
	if out, err = newStream(ours[1]); err == nil {
		if errOut, err = newStream(ours[2]); err != nil {
			out.Close()
		}
	}
	if err != nil {
		closeAll(ours) // those that are closed already do not mind
		closeAll(theirs)
		return nil, nil, err
	}
	files := theirs
	if handed != nil {
		files = append(slices.Clone(theirs), handed)
	}
	argv := u.start.Command
	if handed != nil && u.start.ListenPID {
		path, argv = tellPID(path, argv)
	}
	u.process, err = g.system.start(path, argv, environment(env...), u.start.Dir, files)
	closeAll(theirs)
	if err != nil {
		out.Close()
		errOut.Close()
		closeAll(ours)
		return nil, nil, err
	}
	u.process.lifeline = ours[0]
	return out, errOut, nil
}

// tellPID wraps a command so that its process finds its own id in LISTEN_PID, which
// nobody can know before there is a process: a shell that becomes the command does.
func tellPID(path string, argv []string) (string, []string) {
	const script = `LISTEN_PID=$$; export LISTEN_PID; exec "$0" "$@"`
	return "/bin/sh", append([]string{"sh", "-c", script, path}, argv[1:]...)
}

// listen binds a service's address, unless it is bound already. Where a socket cannot
// be handed over, it only makes sure that it could be bound.
func (g *guard) listen(service, address string) (*socket, error) {
	if held := g.sockets[service]; held != nil {
		if held.address == address {
			return held, nil
		}
		g.release(service) // it has moved
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	defer listener.Close() // the file is a copy
	if !HandsOver {
		return &socket{address: address}, nil
	}
	file, err := listener.(*net.TCPListener).File()
	if err != nil {
		return nil, err
	}
	g.sockets[service] = &socket{address, file}
	return g.sockets[service], nil
}

func (g *guard) release(service string) {
	if held := g.sockets[service]; held != nil {
		held.file.Close()
		delete(g.sockets, service)
	}
}

// IsAddressInUse reports whether an address could not be bound because somebody has it.
func IsAddressInUse(err error) bool {
	const (
		wsaAddressInUse = syscall.Errno(10048)
		wsaAccess       = syscall.Errno(10013) // bound for nobody else, or reserved by Windows itself
	)
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaAddressInUse) || errors.Is(err, wsaAccess)
}
