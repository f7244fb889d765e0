package guard

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
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
	if g.closing != nil {
		return OtherReason, errors.New("everything is being stopped")
	}
	if g.units[s.Service] != nil {
		return OtherReason, errors.New("its earlier run has not ended")
	}
	path := s.Path
	if path == "" {
		var err error
		if path, err = exec.LookPath(s.Command[0]); err != nil {
			return NoCommand, err
		}
	}
	if s.Dir != "" {
		if info, err := os.Stat(s.Dir); err != nil {
			return NoCommand, err
		} else if !info.IsDir() {
			return NoCommand, fmt.Errorf("%s is not a folder", s.Dir)
		}
	}
	env := slices.Concat(os.Environ(), s.Env, []string{serviceEnvironment + "=" + s.name()})
	var handed *os.File
	if s.Listen != "" {
		socket, err := g.listen(s.Service, s.Listen)
		if isAddressInUse(err) {
			return AddressInUse, err
		} else if err != nil {
			return OtherReason, err
		}
		handed = socket.file
		env = append(env, "LISTEN_FDS=1", "LISTEN_FDNAMES="+s.Service)
	}

	log, err := openLog(s.Log)
	if err != nil {
		g.fault(fmt.Errorf("%s: its output cannot be kept: %w", s.Service, err))
	}
	u := &unit{start: s, log: log, running: true}
	if err := g.spawn(u, path, env, handed); err != nil {
		log.close()
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.ENOEXEC) {
			return NoCommand, err
		}
		return OtherReason, err
	}
	g.units[s.Service] = u
	now := time.Now()
	g.events <- Event{Started: &Started{s.Service, s.Run, u.process.pid, now}}
	log.write(now, streamSys, fmt.Appendf(nil, "started, pid %d\n", u.process.pid))
	return "", nil
}

// name identifies the run in the environment of its processes.
func (s Start) name() string { return s.Service + "/" + strconv.FormatUint(s.Run, 10) }

func (s Start) mark() string { return serviceEnvironment + "=" + s.name() }

// spawn makes the run's process and the pipes around it.
func (g *guard) spawn(u *unit, path string, env []string, handed *os.File) error {
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
	var err error
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
		return err
	}
	files := theirs
	if handed != nil {
		files = append(slices.Clone(theirs), handed)
	}
	u.process, err = g.system.start(path, u.start.Command, env, u.start.Dir, files)
	closeAll(theirs)
	if err != nil {
		closeAll(ours)
		return err
	}
	u.process.lifeline = ours[0]
	u.out = carry(ours[1], streamOut, u.log)
	u.err = carry(ours[2], streamErr, u.log)
	return nil
}

// listen binds a service's address, unless it is bound already.
func (g *guard) listen(service, address string) (*socket, error) {
	if held := g.sockets[service]; held != nil {
		if held.address == address {
			return held, nil
		}
		g.release(service)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	defer listener.Close() // the file is a copy
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

func isAddressInUse(err error) bool {
	const wsaAddressInUse = syscall.Errno(10048)
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaAddressInUse)
}
