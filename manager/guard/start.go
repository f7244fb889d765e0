package guard

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/logs"
)

// HandsOver says that a service can be given a listening socket; see spec.HandsOver.
const HandsOver = runtime.GOOS != "windows"

// A socket is a listening socket that stays open when the processes that inherit it end, with
// a second one where both loopback addresses are held.
type socket struct {
	address string
	files   []*os.File
	taken   string // the other loopback address, if another program has it
}

// start starts a run, or refuses to.
func (g *guard) start(s Start) {
	reason, err := g.startRun(s)
	if err == nil {
		return
	}
	refused := &Refused{Service: s.Service, Run: s.Run, Reason: reason, Error: causeOf(err).Error(), Foreign: errors.Is(err, syscall.ENOEXEC)}
	if path, ok := errors.AsType[*os.PathError](err); ok && reason == NotExecutable && errors.Is(err, os.ErrNotExist) {
		refused.Interpreter = interpreter(path.Path)
	}
	g.events <- Event{Refused: refused}
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
	case errors.Is(err, os.ErrNotExist) || errors.Is(err, exec.ErrNotFound) || errors.Is(err, exec.ErrDot):
		return NoCommand, err
	case err != nil: // such as no permission, or that it is a folder
		return NotExecutable, err
	}
	if s.Dir != "" {
		info, err := os.Stat(s.Dir + string(os.PathSeparator) + ".") // which takes the permission to enter it
		switch {
		case errors.Is(err, os.ErrNotExist):
			return NoFolder, err
		case err != nil:
			return BadFolder, errors.Unwrap(err) // the path is known
		case !info.IsDir():
			return BadFolder, syscall.ENOTDIR
		}
	}
	r := &run{start: s, running: true, notice: &coalescedNotice{wake: g.wake}}
	env := append(slices.Clone(s.Env), s.variable())
	for _, mark := range []string{proctree.SessionVariable, proctree.GuardVariable} { // a file of variables may hold those of another session
		if value := os.Getenv(mark); value != "" {
			env = append(env, mark+"="+value)
		}
	}
	var handed []*os.File
	taken := ""
	if s.Listen != "" {
		socket, err := g.listen(s.Service, s.Listen, s.BothLoopbacks)
		if errors.Is(err, os.ErrPermission) && !IsAddressInUse(err) {
			return NotPermitted, err
		} else if err != nil {
			if _, unknown := errors.AsType[*net.DNSError](err); unknown || errors.Is(err, syscall.EADDRNOTAVAIL) {
				return NoAddress, err
			}
			return reasonOf(err), err
		}
		taken = socket.taken
		if handed = socket.files; handed != nil {
			names := strings.TrimSuffix(strings.Repeat(s.Service+":", len(handed)), ":")
			env = append(env, "LISTEN_FDS="+strconv.Itoa(len(handed)), "LISTEN_FDNAMES="+names)
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
	g.events <- Event{Started: &Started{s.Service, s.Run, r.process.PID, now, taken}}
	r.log.Write(now, logs.Sys, fmt.Appendf(nil, logs.Started+"%d\n", r.process.PID))
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
// are the listening sockets that it inherits.
func (g *guard) spawn(r *run, path string, env []string, handed []*os.File) (out, errOut *stream, err error) {
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
	files := slices.Concat(theirs, handed)
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

// listen binds a service's address, unless it is bound already, and if both is set its port
// on the other loopback address. Where children cannot inherit a socket, it only checks that
// the address can be bound.
func (g *guard) listen(service, address string, both bool) (*socket, error) {
	if held := g.sockets[service]; held != nil {
		if held.address == address {
			return held, nil
		}
		g.release(service) // its address was changed
	}
	listeners, taken, err := ListenLoopback(address, both)
	if err != nil {
		return nil, err
	}
	bound := &socket{address: address, taken: taken}
	for _, listener := range listeners {
		defer listener.Close() // the file is a copy
		if !HandsOver {
			continue
		}
		file, err := listener.(*net.TCPListener).File()
		if err != nil {
			bound.close()
			return nil, err
		}
		bound.files = append(bound.files, file)
	}
	if HandsOver {
		g.sockets[service] = bound
	}
	return bound, nil
}

func (s *socket) close() {
	for _, file := range s.files {
		file.Close()
	}
}

func (g *guard) release(service string) {
	if held := g.sockets[service]; held != nil {
		held.close()
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
