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

	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/logs"
)

// A socket is a listening socket that stays open when the processes that inherit it end.
type socket struct {
	address string
	file    *os.File
}

// start starts a run, or refuses to.
func (g *guard) start(s Start) {
	if reason, err := g.startRun(s); err != nil {
		g.events <- Event{Refused: &Refused{s.Service, s.Run, reason, err.Error()}}
	}
}

// reasonOf sorts the errors of the system by what can be done about them.
func reasonOf(err error) Reason {
	is := func(targets ...error) bool {
		return slices.ContainsFunc(targets, func(target error) bool { return errors.Is(err, target) })
	}
	switch {
	case IsAddressInUse(err):
		return AddressInUse
	case is(syscall.E2BIG):
		return TooLarge
	case is(syscall.EAGAIN, syscall.ENOMEM, syscall.EMFILE, syscall.ENFILE, syscall.ETXTBSY):
		return TryAgain
	case is(os.ErrNotExist, os.ErrPermission, syscall.ENOEXEC):
		return NotExecutable
	}
	return OtherReason
}

// startRun starts one run. The error tells why it could not, the Reason what can be
// done about it.
func (g *guard) startRun(s Start) (Reason, error) {
	switch {
	case g.runs[s.Service] != nil:
		return OtherReason, errors.New("its earlier run has not ended")
	case len(s.Command) == 0:
		return NoCommand, errors.New("no command was given")
	}
	path := s.Path
	if path == "" {
		path = s.Command[0]
	}
	path, err := proctree.LookPath(path, s.Env)
	switch {
	case errors.Is(err, os.ErrPermission):
		return NotExecutable, err
	case err != nil:
		return NoCommand, err
	}
	if s.Dir != "" {
		if info, err := os.Stat(s.Dir); err != nil {
			return NoFolder, err
		} else if !info.IsDir() {
			return NoFolder, fmt.Errorf("%s is not a folder", s.Dir)
		}
	}
	r := &run{start: s, running: true, notice: &coalescedNotice{wake: g.wake}}
	env := append(slices.Clone(s.Env), s.variable())
	var handed *os.File
	if s.Listen != "" {
		socket, err := g.listen(s.Service, s.Listen)
		if errors.Is(err, os.ErrPermission) && !IsAddressInUse(err) {
			return NotPermitted, err
		} else if err != nil {
			return reasonOf(err), err
		}
		if handed = socket.file; handed != nil {
			env = append(env, "LISTEN_FDS=1", "LISTEN_FDNAMES="+s.Service)
		}
	}
	if s.Notify || s.Watchdog > 0 {
		if r.notify, err = listenNotify(); err != nil {
			return reasonOf(err), err
		}
		env = append(env, "NOTIFY_SOCKET="+r.notify.name)
		if s.Watchdog > 0 {
			env = append(env, "WATCHDOG_USEC="+strconv.FormatInt(s.Watchdog.Microseconds(), 10))
		}
	}
	match, err := newMatcher(s.Match, r.notice)
	if err != nil {
		return OtherReason, fmt.Errorf("the pattern for its output: %w", err)
	}

	if r.log, err = logs.NewWriter(s.Log); err != nil {
		g.fault(fmt.Errorf("%s: its output cannot be kept: %w", s.Service, err))
	}
	out, errOut, err := g.spawn(r, path, env, handed)
	if err != nil {
		r.close()
		return reasonOf(err), err
	}
	g.runs[s.Service] = r
	now := time.Now()
	if g.tree.Journal() != "" && r.process.Cgroup == "" {
		g.sightings.begin(now)
	}
	g.events <- Event{Started: &Started{s.Service, s.Run, r.process.PID, now}}
	r.log.Write(now, logs.Sys, fmt.Appendf(nil, "started, pid %d\n", r.process.PID))
	r.out = newOutput(out, logs.Out, r.log, match)
	r.err = newOutput(errOut, logs.Err, r.log, match)
	if r.notify != nil {
		r.notify.receive(r.notice)
	}
	return "", nil
}

// close closes what the run has open, except its pipes.
func (r *run) close() {
	r.log.Close()
	if r.notify != nil {
		r.notify.close()
	}
}

// name identifies the run in the environment of its processes.
func (s Start) name() string { return s.Service + "/" + strconv.FormatUint(s.Run, 10) }

func (s Start) variable() string { return proctree.RunVariable + "=" + s.name() }

// spawn starts the run's process with its pipes, and returns those of its output. handed
// is the listening socket that it inherits, or nil.
func (g *guard) spawn(r *run, path string, env []string, handed *os.File) (out, errOut *stream, err error) {
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
	if r.start.Lifeline || r.start.OpenInput {
		err = pipe(true)
		if r.start.Lifeline {
			env = append(env, "AGENTS_TRAY_LIFELINE=stdin")
		}
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
		closeAll(ours) // closing one twice does nothing
		closeAll(theirs)
		return nil, nil, err
	}
	files := theirs
	if handed != nil {
		files = append(slices.Clone(theirs), handed)
	}
	argv := r.start.Command
	if handed != nil && r.start.ListenPID {
		path, argv = withListenPID(path, argv)
	}
	r.process, err = g.tree.Start(r.start.variable(), path, argv, proctree.Environment(env...), r.start.Dir, files)
	closeAll(theirs)
	if err != nil {
		out.Close()
		errOut.Close()
		closeAll(ours)
		return nil, nil, err
	}
	r.process.Lifeline, r.process.Obeys = ours[0], r.start.Lifeline
	return out, errOut, nil
}

// withListenPID wraps a command in a shell that sets LISTEN_PID to its own process id,
// which is not known before the process exists, and then executes the command.
func withListenPID(path string, argv []string) (string, []string) {
	const script = `LISTEN_PID=$$; export LISTEN_PID; exec "$0" "$@"`
	return "/bin/sh", append([]string{"sh", "-c", script, path}, argv[1:]...)
}

// listen binds a service's address, unless it is bound already. Where children cannot
// inherit a socket, it only checks that the address can be bound.
func (g *guard) listen(service, address string) (*socket, error) {
	if held := g.sockets[service]; held != nil {
		if held.address == address {
			return held, nil
		}
		g.release(service) // its address was changed
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

// IsAddressInUse reports whether an address could not be bound because it is in use.
func IsAddressInUse(err error) bool {
	const (
		wsaAddressInUse = syscall.Errno(10048)
		wsaAccess       = syscall.Errno(10013) // bound for nobody else, or reserved by Windows itself
	)
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaAddressInUse) || errors.Is(err, wsaAccess)
}
