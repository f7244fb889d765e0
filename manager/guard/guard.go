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
	system  *system
	events  chan<- Event
	hello   Hello
	units   map[string]*unit // by service
	sockets map[string]*socket
	keeper  *keeper
	keepAt  time.Time     // when the keeper is started; zero: not yet planned
	rung    chan struct{} // some unit has news
	ooms    int           // processes that the system has ended for lack of memory, when last looked
	closing *closing      // set once everything is to end
	over    bool          // the tray has ended, or is about to
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
	g := &guard{
		system: newSystem(), units: map[string]*unit{}, sockets: map[string]*socket{}, rung: make(chan struct{}, 1),
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

	left := g.run(requests)
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

// run serves requests until everything has ended, and returns how many processes
// are left: 0 but for those that the kernel, or a debugger, does not let go.
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
				g.over = true
				g.shutdown(g.hello.Grace)
			}
		case <-g.system.ended:
			g.reap()
		case <-g.rung:
			g.tell()
		case <-stop:
			g.shutdown(g.hello.Grace)
		case <-timer.C:
		}
		if g.keepDue(time.Now()) {
			g.keep()
			if g.ooms == 0 {
				g.ooms = oomKills()
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
