package guard

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
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
	sightings   sightings
	helperStart time.Time     // when the helper is started; zero: not yet planned
	wake        chan struct{} // receives when some run has a notice
	memory      outOfMemory
	closing     *closing                  // nil until everything is to end
	trayEnded   bool                      // or is about to
	stuck       map[int]*proctree.Process // leaders that could not be ended, until they have
	told        map[int]bool              // descendants of no run that were asked to stop
}

// A processTree is what the guard needs of a proctree.Tree, see there. It is an interface
// so that deadlines can be tested in synthetic time.
type processTree interface {
	Keep(folder string) error
	Journal() string
	Start(variable, path string, argv, env []string, dir string, files []*os.File) (*proctree.Process, error)
	Terminate(p *proctree.Process, signal string)
	Kill(p *proctree.Process)
	Reap(before func(pid int)) []proctree.Exit
	Children() ([]int, error)
	Descendants(of proctree.Selector, leaders map[int]bool, own func() ([]int, error)) ([]proctree.Descendant, error)
	InGroup(d proctree.Descendant, leader int) bool
	TerminateDescendant(proctree.Descendant) error
	KillDescendant(proctree.Descendant) error
	Refuses(proctree.Descendant) bool
	Describe(found []proctree.Descendant, leaders ...*proctree.Process) []proctree.LeftProcess
	Forget(of proctree.Selector)
	Empty() bool
	AnnouncesEnds() bool
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
	asked       time.Time     // when
	deadline    time.Time     // when it is killed; valid once stopping or no longer running
	killing     bool
	left        []string // see Exited.Left
	memoryGroup string   // the control group of its main process, once that has ended
	ending
	blind  bool         // it could not be looked what is left
	told   map[int]bool // descendants that were asked to stop
	killed map[int]bool // descendants that did not stop in time
}

// IsGuard reports whether a process with these arguments is to call Main.
func IsGuard(args []string) bool { return len(args) > 1 && args[1] == "guard" }

// Main runs the guard process and returns its exit status. It must be called on a
// goroutine that nothing else runs on. With the arguments "guard sweep NAME JOURNAL" it
// kills what a guard of that name has left: a proctree.CleanupHelper executes that.
func Main(args []string) int {
	if len(args) > 3 && args[2] == "sweep" {
		if proctree.SweepGuard(args[3], strings.Join(args[4:], "")) != nil {
			return 1
		}
		return 0
	}
	runtime.LockOSThread() // see proctree.Tree
	tray := os.Getppid()
	tree := proctree.New()
	g := &guard{
		tree: tree, ended: tree.Ended, runs: map[string]*run{}, sockets: map[string]*socket{}, wake: make(chan struct{}, 1),
		stuck: map[int]*proctree.Process{}, told: map[int]bool{},
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
	if left == nil {
		events <- Event{Left: &Left{}}
		tree.Close()
	} else {
		events <- Event{Left: left}
	}
	close(events)
	<-written
	if g.trayEnded || os.Getppid() != tray { // else the tray lives, and starts another guard
		for _, file := range g.hello.Remove {
			_ = os.Remove(file) // fails if the tray has removed it
		}
	}
	if err := left.Err(); err != nil {
		fmt.Fprintln(os.Stderr, "agents-tray guard:", err)
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
// requests or a signal on stop, and has ended. It returns what is left, nil if nothing is.
func (g *guard) serve(requests <-chan Request, stop <-chan os.Signal) *Left {
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
			if g.closing == nil {
				g.events <- Event{Leaving: &Leaving{}}
			}
			g.shutdown(g.hello.Grace)
		case <-timer.C:
		}
		if g.helperDue(time.Now()) {
			g.startHelper()
			g.memory.begin()
		}
		g.settle(time.Now())
		g.sight(time.Now())
		if g.closing == nil {
			continue
		}
		if len(g.runs) == 0 && g.isEmpty() {
			return nil
		}
		if g.closing.over(time.Now()) && len(g.runs) == 0 {
			return g.left()
		}
	}
}

func (g *guard) handle(r Request) {
	switch {
	case r.Hello != nil:
		g.hello = *r.Hello
		logTo(g.hello.Log)
		if err := g.keepJournal(); err != nil {
			fmt.Fprintln(os.Stderr, "agents-tray guard: what is known of processes cannot be kept for the next start:", err)
		}
		if r.Hello.Version != Version {
			g.fault(fmt.Errorf("the tray speaks version %d of the guard's protocol, this guard %d: restart agents-tray", r.Hello.Version, Version))
			g.shutdown(0)
			return
		}
		g.events <- Event{Ready: &Ready{Version, os.Getpid()}}
	case r.Start != nil && g.closing != nil:
		// No answer: the next guard may start it, and a refusal would be final.
	case r.Start != nil:
		g.start(*r.Start)
		if g.helperStart.IsZero() {
			g.helperStart = time.Now().Add(helperDelay)
		}
	case r.Stop != nil:
		if run := g.runs[r.Stop.Service]; run != nil && run.start.Run == r.Stop.Run {
			g.stopRun(run, time.Now().Add(r.Stop.Grace), g.tree.Children)
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

// keepJournal begins the journal, unless hello came before.
func (g *guard) keepJournal() error {
	if g.hello.Journals == "" || g.tree.Journal() != "" {
		return nil
	}
	return g.tree.Keep(g.hello.Journals)
}

func (g *guard) fault(err error) { g.events <- Event{Fault: &Fault{err.Error()}} }
