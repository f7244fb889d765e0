package guard

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// killTimeout is how long the guard waits for what it has killed. Only a process
// stuck in the kernel takes longer; it is reported and left.
const killTimeout = 3 * time.Second

// rescan is how often strays are looked for once killing has begun: a child of a
// killed child ends without telling us.
const rescan = 20 * time.Millisecond

// A guard is the state of the guard process, owned by one goroutine.
type guard struct {
	system  *system
	events  chan<- Event
	hello   Hello
	units   map[string]*unit // by service
	sockets map[string]*socket
	closing *closing // set once everything is to end
}

// A unit is one run of a service, from its start until nothing is left of it.
type unit struct {
	start    Start
	process  *process
	log      *logFile
	out, err *output
	running  bool // the leader has not been reaped
	asked    bool // SIGTERM was sent
	deadline time.Time
	killing  bool
}

// A kinship tells the descendants of one run: they carry its mark in their
// environment or belong to its process group. The zero value tells all descendants.
type kinship struct {
	mark  string
	group int
}

// A socket is a listening socket that outlives the processes it is handed to.
type socket struct {
	address string
	file    *os.File
}

// closing is the state of a shutdown.
type closing struct {
	rank     int // units of this rank and above have been asked to stop
	deadline time.Time
	killing  bool
	giveUp   time.Time
}

// Main is the whole life of the guard process; it returns its exit status. It must
// be called on a goroutine that nothing else runs on.
func Main() int {
	runtime.LockOSThread() // see system
	g := &guard{system: newSystem(), units: map[string]*unit{}, sockets: map[string]*socket{}}

	requests := make(chan Request)
	go func() {
		defer close(requests)
		err := messages(requestPipe(), func(r Request) error { requests <- r; return nil })
		if err != nil {
			fmt.Fprintln(os.Stderr, "agents-tray guard:", err)
		}
	}()

	events := make(chan Event, 1024)
	g.events = events
	written := make(chan struct{})
	go func() {
		defer close(written)
		pipe := eventPipe()
		for event := range events {
			_, _ = pipe.Write(encode(event)) // the tray is gone: its end of file says so, too
		}
	}()

	left := g.run(requests)
	close(events)
	<-written
	for _, file := range g.hello.Remove {
		_ = os.Remove(file) // the tray has removed it already, unless it was killed
	}
	if left > 0 {
		fmt.Fprintf(os.Stderr, "agents-tray guard: %d processes could not be ended\n", left)
		return 1
	}
	return 0
}

// run serves requests until everything has ended, and returns how many processes
// are left: 0 but for those the kernel does not let go.
func (g *guard) run(requests <-chan Request) int {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Stop()
		if next := g.next(); !next.IsZero() {
			timer.Reset(time.Until(next))
		}
		select {
		case request, open := <-requests:
			if open {
				g.handle(request)
			} else {
				requests = nil
				g.shutdown(g.hello.Grace)
			}
		case <-g.system.ended:
			g.reap()
		case <-stop:
			g.shutdown(g.hello.Grace)
		case <-timer.C:
		}
		g.settle(time.Now())
		if g.closing != nil && len(g.units) == 0 {
			if g.system.alone() {
				return 0
			}
			if now := time.Now(); g.closing.killing && now.After(g.closing.giveUp) {
				return max(1, len(g.system.strays(kinship{}, nil)))
			}
		}
	}
}

func (g *guard) handle(r Request) {
	switch {
	case r.Hello != nil:
		g.hello = *r.Hello
		if r.Hello.Version != Version {
			g.fault(fmt.Errorf("the tray speaks version %d of the guard's protocol, this guard %d: restart agents-tray", r.Hello.Version, Version))
			g.shutdown(0)
			return
		}
		g.events <- Event{Ready: &Ready{Version, os.Getpid()}}
	case r.Start != nil:
		if reason, err := g.begin(*r.Start); err != nil {
			g.events <- Event{Refused: &Refused{r.Start.Service, r.Start.Run, reason, err.Error()}}
		}
	case r.Stop != nil:
		if u := g.units[r.Stop.Service]; u != nil && u.start.Run == r.Stop.Run {
			g.end(u, time.Now().Add(r.Stop.Grace))
		}
	case r.Release != nil:
		g.release(r.Release.Service)
	case r.Shutdown != nil:
		g.shutdown(r.Shutdown.Grace)
	default:
		g.fault(errors.New("a request of an unknown kind"))
	}
}

func (g *guard) fault(err error) { g.events <- Event{Fault: &Fault{err.Error()}} }

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

// reap collects what has ended.
func (g *guard) reap() {
	leader := func(pid int) *unit {
		for _, u := range g.units {
			if u.running && u.process.pid == pid {
				return u
			}
		}
		return nil
	}
	endings := g.system.reap(func(pid int) {
		// The group's number is ours until its leader is reaped.
		if u := leader(pid); u != nil && (!u.asked || u.killing) {
			g.system.kill(u.process) // what a dead service leaves in its group has no owner
		}
	})
	for _, end := range endings {
		if u := leader(end.pid); u != nil {
			g.exited(u, end)
		}
	}
}

func (g *guard) exited(u *unit, end ending) {
	u.running = false
	now := time.Now()
	u.out.drain()
	u.err.drain()
	words := fmt.Sprintf("ended with status %d\n", end.code)
	if end.signal != "" {
		words = "ended by " + end.signal + "\n"
	}
	u.log.write(now, streamSys, []byte(words))
	if u.process.lifeline != nil {
		u.process.lifeline.Close()
	}
	g.events <- Event{Exited: &Exited{
		Service: u.start.Service, Run: u.start.Run, PID: end.pid, At: now,
		Code: end.code, Signal: end.signal, Lines: u.log.lastLines(),
	}}
	if !u.asked { // nobody asked: what is left has no time to ask for
		u.deadline = now
	}
}

// end asks a run to stop, by deadline at the latest. It may be called again with an
// earlier deadline.
func (g *guard) end(u *unit, deadline time.Time) {
	if deadline.Before(u.deadline) || u.running && !u.asked {
		u.deadline = deadline
	}
	if u.asked || !u.running {
		return
	}
	u.asked = true
	if time.Now().Before(deadline) {
		g.system.terminate(u.process)
	}
}

// shutdown begins the end of everything, or brings it forward.
func (g *guard) shutdown(grace time.Duration) {
	deadline := time.Now().Add(grace)
	if g.closing == nil {
		g.closing = &closing{rank: int(^uint(0) >> 1), deadline: deadline}
		for service := range g.sockets {
			g.release(service) // new visitors learn at once that nobody is in
		}
	}
	if deadline.Before(g.closing.deadline) {
		g.closing.deadline = deadline
	}
}

// settle carries on whatever is on its way to an end: it asks the next rank, kills
// what is past its deadline, and reports the runs of which nothing is left.
func (g *guard) settle(now time.Time) {
	for again := true; again; {
		if g.closing != nil {
			g.advance(now)
		}
		again = false // unless a run is gone, which may have been the last of its rank
		for service, u := range g.units {
			switch late := !now.Before(u.deadline); {
			case u.running && u.asked && late:
				u.killing = true
				g.system.kill(u.process)
				g.endStrays(u, true)
			case !u.running && g.endStrays(u, late) == 0:
				delete(g.units, service)
				u.finish()
				g.events <- Event{Gone: &Gone{service, u.start.Run}}
				again = true
			}
		}
	}
	if g.closing != nil && len(g.units) == 0 && !g.system.alone() {
		// Descendants that hide their mark belong to no run, but they are ours.
		g.endStrays(nil, !now.Before(g.closing.deadline))
	}
}

// finish closes what the run had open. Its output goes on to be read to its end by
// the goroutines that own the pipes.
func (u *unit) finish() {
	go func() {
		<-u.out.ended
		<-u.err.ended
		u.log.close()
	}()
}

// advance moves a shutdown on: the highest rank that is left is asked to stop; at
// the deadline all are.
func (g *guard) advance(now time.Time) {
	c := g.closing
	if !now.Before(c.deadline) {
		if !c.killing {
			c.killing, c.giveUp = true, now.Add(killTimeout)
		}
		c.rank = -1
	} else {
		highest := -1
		for _, u := range g.units {
			highest = max(highest, u.start.Rank)
		}
		c.rank = min(c.rank, highest)
	}
	for _, u := range g.units {
		if u.start.Rank >= c.rank {
			g.end(u, c.deadline)
		}
	}
}

// endStrays signals the descendants that u's process has left behind, or, where u is
// nil, all that are left of anything; it returns how many there are.
func (g *guard) endStrays(u *unit, kill bool) int {
	leaders := map[int]bool{}
	for _, u := range g.units {
		if u.running {
			leaders[u.process.pid] = true
		}
	}
	var of kinship
	if u != nil {
		of = kinship{u.start.mark(), u.process.pid}
	}
	strays := g.system.strays(of, leaders)
	for _, d := range strays {
		if kill {
			g.system.killStray(d)
		} else {
			g.system.terminateStray(d)
		}
	}
	return len(strays)
}

// next is when settle has something to do that no event announces; zero: never.
func (g *guard) next() time.Time {
	var next time.Time
	earlier := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	now := time.Now()
	wake := func(deadline time.Time) {
		if now.Before(deadline) {
			earlier(deadline)
		} else {
			earlier(now.Add(rescan))
		}
	}
	for _, u := range g.units {
		if u.asked || !u.running {
			wake(u.deadline)
		}
	}
	if g.closing != nil {
		wake(g.closing.deadline)
	}
	return next
}

func isAddressInUse(err error) bool {
	const wsaAddressInUse = syscall.Errno(10048)
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaAddressInUse)
}
