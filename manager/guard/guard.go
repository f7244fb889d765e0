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

	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/logs"
)

// A guard is the state of the guard process, owned by one goroutine.
type guard struct {
	tree        processTree
	ended       <-chan os.Signal // receives after children have ended
	events      chan<- Event
	hello       Hello
	runs        map[string]*run // by service
	sockets     map[string]*socket
	helper      *proctree.CleanupHelper
	helperStart time.Time     // when the helper is started; zero: not yet planned
	wake        chan struct{} // receives when some run has a notice
	memory      outOfMemory
	closing     *closing // nil until everything is to end
	trayEnded   bool     // or is about to
}

// A processTree is what the guard needs of a proctree.Tree, see there. It is an interface
// so that deadlines can be tested in synthetic time.
type processTree interface {
	Start(path string, argv, env []string, dir string, files []*os.File) (*proctree.Process, error)
	Terminate(p *proctree.Process, signal string)
	Kill(p *proctree.Process)
	Reap(before func(pid int)) []proctree.Exit
	Children() []int
	Descendants(of proctree.Selector, leaders map[int]bool, own func() []int) []proctree.Descendant
	TerminateDescendant(proctree.Descendant)
	KillDescendant(proctree.Descendant)
	Empty() bool
}

// A run is one life of a service, from its start until no process of it is left.
type run struct {
	start       Start
	process     *proctree.Process // the leader
	log         *logs.Writer
	out, err    *output
	notice      *coalescedNotice
	notify      *notifySocket // nil without
	running     bool          // the leader has not been reaped
	stopping    bool          // its stop signal was sent
	asked       time.Time     // when it was asked to stop; valid once stopping
	deadline    time.Time     // when it is killed; valid once stopping or no longer running
	killing     bool
	left        []string // see Exited.Left
	memoryGroup string   // the control group of its main process, once that has ended
}

// IsGuard reports whether a process with these arguments is to call Main.
func IsGuard(args []string) bool { return len(args) > 1 && args[1] == "guard" }

// Main runs the guard process and returns its exit status. It must be called on a
// goroutine that nothing else runs on. With the arguments "guard sweep NAME" it kills what
// a guard of that name has left: a proctree.CleanupHelper executes that.
func Main(args []string) int {
	if len(args) == 4 && args[2] == "sweep" {
		if proctree.SweepGuard(args[3]) != nil {
			return 1
		}
		return 0
	}
	runtime.LockOSThread() // see proctree.Tree
	tray := os.Getppid()
	tree := proctree.New()
	g := &guard{
		tree: tree, ended: tree.Ended, runs: map[string]*run{}, sockets: map[string]*socket{}, wake: make(chan struct{}, 1),
		helper: proctree.NewCleanupHelper(os.Getenv(proctree.GuardVariable)),
	}

	requestPipe, eventPipe := pipes()
	requests := make(chan Request)
	go func() {
		defer close(requests)
		err := messages(requestPipe, func(r Request) error { requests <- r; return nil })
		if err != nil {
			fmt.Fprintln(os.Stderr, "agents-tray guard:", err)
		}
	}()

	events := make(chan Event, 1024)
	g.events = events
	written := make(chan struct{})
	go func() {
		defer close(written)
		for event := range events {
			_, _ = eventPipe.Write(encode(event)) // fails if the tray has ended, which end of file tells, too
		}
	}()

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	left := g.serve(requests, stop)
	close(events)
	<-written
	if g.trayEnded || os.Getppid() != tray { // else the tray lives, and starts another guard
		for _, file := range g.hello.Remove {
			_ = os.Remove(file) // fails if the tray has removed it
		}
	}
	if left > 0 {
		fmt.Fprintf(os.Stderr, "agents-tray guard: %d processes could not be ended\n", left)
		return 1
	}
	return 0
}

// logTo has standard error, and the output of a crash of this process, written to a file.
func logTo(path string) {
	if path == "" {
		return
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return // then they are lost
	}
	os.Stderr = file
	_ = debug.SetCrashOutput(file, debug.CrashOptions{}) // then only the exit status tells of a crash
}

// serve serves requests until everything was asked to end, by a request, the end of
// requests or a signal on stop, and has ended. It returns how many processes are left: 0
// except for those that the kernel or a debugger holds.
func (g *guard) serve(requests <-chan Request, stop <-chan os.Signal) int {
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
				g.trayEnded = true
				g.shutdown(g.hello.Grace)
			}
		case <-g.ended:
			g.reap()
		case <-g.wake:
			g.sendNotices()
		case <-stop:
			g.events <- Event{Leaving: &Leaving{}}
			g.shutdown(g.hello.Grace)
		case <-timer.C:
		}
		if g.helperDue(time.Now()) {
			g.startHelper()
			g.memory.begin()
		}
		g.settle(time.Now())
		if g.closing == nil {
			continue
		}
		if len(g.runs) == 0 && g.isEmpty() {
			return 0
		}
		if g.closing.killing && time.Now().After(g.closing.giveUp) {
			return max(len(g.runs), len(g.tree.Descendants(proctree.Selector{}, g.known(), g.tree.Children)), 1)
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
		// No answer: the next guard may start it, and a refusal would be final.
	case r.Start != nil:
		if reason, err := g.startRun(*r.Start); err != nil {
			g.events <- Event{Refused: &Refused{r.Start.Service, r.Start.Run, reason, err.Error()}}
		}
		if g.helperStart.IsZero() {
			g.helperStart = time.Now().Add(helperDelay)
		}
	case r.Stop != nil:
		if run := g.runs[r.Stop.Service]; run != nil && run.start.Run == r.Stop.Run {
			g.stopRun(run, time.Now().Add(r.Stop.Grace))
		}
	case r.Release != nil:
		g.release(r.Release.Service)
	case r.Members != nil:
		g.events <- Event{Members: g.members(*r.Members)}
	case r.Shutdown != nil:
		g.trayEnded = true
		g.shutdown(r.Shutdown.Grace)
	default:
		g.fault(errors.New("a request of an unknown kind"))
	}
}

func (g *guard) fault(err error) { g.events <- Event{Fault: &Fault{err.Error()}} }
