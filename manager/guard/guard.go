package guard

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

// A guard is the state of the guard process, owned by one goroutine.
type guard struct {
	system  host
	ended   <-chan os.Signal // something below us may have ended
	events  chan<- Event
	hello   Hello
	units   map[string]*unit // by service
	sockets map[string]*socket
	keeper  *keeper
	keepAt  time.Time     // when the keeper is started; zero: not yet planned
	rung    chan struct{} // some unit has news
	ooms    int           // processes that the system has ended for lack of memory, when last looked; -1: not yet
	closing *closing      // set once everything is to end
	over    bool          // the tray has ended, or is about to
}

// A host is what the guard asks of its operating system, which is a system. It is an
// interface so that deadlines can be tested in a time of the test's own.
type host interface {
	// start runs argv as a child. files become its descriptors 0, 1, 2, …
	start(path string, argv, env []string, dir string, files []*os.File) (*process, error)
	// terminate asks a child, and all that has not left it, to stop by a signal of that name.
	terminate(p *process, signal string)
	kill(p *process)
	// reap collects the children that have ended; before is called for each while its
	// number is still its own.
	reap(before func(pid int)) []ending
	children() []int
	// strays returns the living descendants of that kin that are not leaders; own is
	// children, read at most once.
	strays(of kinship, leaders map[int]bool, own func() []int) []stray
	terminateStray(stray)
	killStray(stray)
	// alone reports whether nothing is left below the guard.
	alone() bool
}

// A unit is one run of a service, from its start until nothing is left of it.
type unit struct {
	start    Start
	process  *process
	log      *logFile
	out, err *output
	news     *news
	notify   *notifySocket // nil without
	running  bool          // the leader has not been reaped
	asked    bool          // its stop signal was sent
	deadline time.Time
	killing  bool
}

// A kinship tells the descendants of one run: they carry its mark in their
// environment or belong to its process group. The zero value tells all descendants.
type kinship struct {
	mark  string
	group int
}

// IsGuard reports whether a process with these arguments is to call Main.
func IsGuard(args []string) bool { return len(args) > 1 && args[1] == "guard" }

// Main is the whole life of the guard process; it returns its exit status. It must
// be called on a goroutine that nothing else runs on. With the arguments "guard sweep
// NAME" it ends what a guard of that name has left behind: that is what a keeper
// becomes.
func Main(args []string) int {
	if len(args) == 4 && args[2] == "sweep" {
		return sweepAfter(args[3])
	}
	runtime.LockOSThread() // see system
	tray := os.Getppid()
	system := newSystem()
	g := &guard{
		system: system, ended: system.ended, units: map[string]*unit{}, sockets: map[string]*socket{}, rung: make(chan struct{}, 1), ooms: -1,
		keeper: &keeper{mark: os.Getenv(guardEnvironment)},
	}

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

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	left := g.run(requests, stop)
	close(events)
	<-written
	if g.over || os.Getppid() != tray { // else it lives, and another guard follows
		for _, file := range g.hello.Remove {
			_ = os.Remove(file) // the tray has removed it already, unless it was killed
		}
	}
	if left > 0 {
		fmt.Fprintf(os.Stderr, "agents-tray guard: %d processes could not be ended\n", left)
		return 1
	}
	return 0
}

// logTo sends what this process has to say, and a crash of its, to a file.
func logTo(path string) {
	if path == "" {
		return
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return // then it says nothing
	}
	os.Stderr = file
	_ = debug.SetCrashOutput(file, debug.CrashOptions{}) // then a crash is told by its end only
}

// sweepAfter is the end of a keeper's life.
func sweepAfter(name string) int {
	if _, err := sweep(guardEnvironment+"="+name, 0); err != nil {
		return 1
	}
	return 0
}

// run serves requests until they end, or a signal to stop comes, and everything has
// ended; it returns how many processes are left: 0 but for those that the kernel, or a
// debugger, does not let go.
func (g *guard) run(requests <-chan Request, stop <-chan os.Signal) int {
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
				g.writeExitReport()
				g.over = true
				g.shutdown(g.hello.Grace)
			}
		case <-g.ended:
			g.reap()
		case <-g.rung:
			g.tell()
		case <-stop:
			g.shutdown(g.hello.Grace)
		case <-timer.C:
		}
		if g.keepDue(time.Now()) {
			g.keep()
			if g.ooms < 0 {
				g.ooms = OOMKills()
			}
		}
		g.settle(time.Now())
		if g.closing == nil {
			continue
		}
		if len(g.units) == 0 && g.isAlone() {
			return 0
		}
		if g.closing.killing && time.Now().After(g.closing.giveUp) {
			return max(len(g.units), len(g.system.strays(kinship{}, g.known(), g.system.children)), 1)
		}
	}
}

func (g *guard) handle(r Request) {
	switch {
	case r.Hello != nil:
		g.hello = *r.Hello
		logTo(g.hello.Log)
		if r.Hello.Version != Version {
			g.fault(fmt.Errorf("the tray speaks version %d of the guard's protocol, this guard %d: restart agents-tray", r.Hello.Version, Version))
			g.shutdown(0)
			return
		}
		g.events <- Event{Ready: &Ready{Version, os.Getpid()}}
	case r.Start != nil && g.closing != nil:
		// The guard's end is the answer: the next one may start it. A refusal would be for good.
	case r.Start != nil:
		if reason, err := g.begin(*r.Start); err != nil {
			g.events <- Event{Refused: &Refused{r.Start.Service, r.Start.Run, reason, err.Error()}}
		}
		if g.keepAt.IsZero() {
			g.keepAt = time.Now().Add(keepDelay)
		}
	case r.Stop != nil:
		if u := g.units[r.Stop.Service]; u != nil && u.start.Run == r.Stop.Run {
			g.end(u, time.Now().Add(r.Stop.Grace))
		}
	case r.Release != nil:
		g.release(r.Release.Service)
	case r.Look != nil:
		g.events <- Event{Members: g.members(*r.Look)}
	case r.Shutdown != nil:
		g.over = true
		g.shutdown(r.Shutdown.Grace)
	default:
		g.fault(errors.New("a request of an unknown kind"))
	}
}

func (g *guard) fault(err error) { g.events <- Event{Fault: &Fault{err.Error()}} }
