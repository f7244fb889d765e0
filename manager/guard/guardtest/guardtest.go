// Package guardtest gives tests services that behave well or badly. A test binary
// becomes one of them, or the guard, when it is started for that: its TestMain calls
// Main first.
package guardtest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// The kinds of services.
const (
	Cooperative  = "cooperative"   // ends at SIGTERM with status 0
	IgnoresTERM  = "ignores-term"  // ends at SIGKILL only
	Forks        = "forks"         // has a child in its group: of the kind its argument says, or one that ignores SIGTERM
	Escapes      = "escapes"       // has a grandchild in a session of its own that ignores SIGTERM
	Hides        = "hides"         // the same, with an empty environment
	Regroups     = "regroups"      // leaves its process group for that of its parent, and ends at SIGTERM with status 0
	ClosesOutput = "closes-output" // closes its output at once
	Floods       = "floods"        // writes as fast as it can
	HoldsPort    = "holds-port"    // its grandchild keeps the listening socket
	ExitsAtOnce  = "exits-at-once" // with status 3, after a line on each stream
	Abandons     = "abandons"      // ends at once, leaving a child that floods its output
	Serves       = "serves"        // HTTP on the socket handed over, until SIGUSR1: from then on it does not answer
	Witnesses    = "witnesses"     // prints its process id and then every signal that it gets, and ends at none
	Prints       = "prints"        // its further arguments, without a newline at the end, then waits
	Exits        = "exits"         // with the status that its argument says
	Notifies     = "notifies"      // sends its further arguments by sd_notify(3), a datagram each, then waits
	Watchdog     = "watchdog"      // says READY=1, then WATCHDOG=1 as often as it should, until SIGUSR1
	Grows        = "grows"         // uses ever more memory, once it has printed a line
	Overwrites   = "overwrites"    // ignores SIGTERM, and writes over the environment that others see of it
	OverwritesIn = "overwrites-in" // has a child in a session of its own that does so
	BecomesRoot  = "becomes-root"  // ignores SIGTERM, and makes itself root's, if its file is set-user-id root
	BecomesIn    = "becomes-in"    // has a child in a session of its own that does so: the file that its argument says
	LosesMain    = "loses-main"    // its first thread ends, others go on
	WithoutPidfd = "without-pidfd" // no service: the guard where signals need a process id
	WithoutPrctl = "without-prctl" // no service: the guard where init adopts orphans, too
	Tells        = "tells"         // the environment variables that its arguments name, then waits
)

// Kinds are all that stay until they are stopped.
var Kinds = []string{Cooperative, IgnoresTERM, Forks, Escapes, Hides, ClosesOutput, Floods, HoldsPort}

const argument = "guardtest-service"

// Command returns the command line of a service of that kind.
func Command(kind string, arguments ...string) []string {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return append([]string{self, argument, kind}, arguments...)
}

// Main turns this process into what it was started as; it returns if it was started
// as a test.
func Main(guard func(args []string) int) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "guard":
		os.Exit(guard(os.Args))
	case len(os.Args) > 2 && os.Args[1] == argument:
		serve(os.Args[2], os.Args[3:])
		os.Exit(0)
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // of what it starts; else each process ends a second late
}

func serve(kind string, arguments []string) {
	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, syscall.SIGTERM)
	switch kind {
	case Cooperative:
		fmt.Println("up")
	case IgnoresTERM:
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("up")
		select {}
	case Overwrites, BecomesRoot:
		signal.Ignore(syscall.SIGTERM)
		become := map[string]func() error{Overwrites: overwriteEnvironment, BecomesRoot: becomeRoot}[kind]
		if err := become(); err != nil {
			fmt.Fprintln(os.Stderr, kind+":", err)
			os.Exit(2)
		}
		fmt.Println("up")
		select {}
	case OverwritesIn:
		spawn(nil, true, Overwrites)
		fmt.Println("up")
	case BecomesIn:
		spawnFile(arguments[0], nil, true, BecomesRoot)
		fmt.Println("up")
	case LosesMain:
		endFirstThread()
	case WithoutPidfd, WithoutPrctl:
		fmt.Fprintln(os.Stderr, guardWithoutCalls(kind)) // it returns only if it fails
		os.Exit(2)
	case Forks:
		spawn(nil, false, append(arguments, IgnoresTERM)[0])
		fmt.Println("up")
	case Escapes:
		spawn(nil, true, "middle", IgnoresTERM)
		fmt.Println("up")
	case Hides:
		spawn([]string{"PATH=/usr/bin:/bin"}, true, "middle", IgnoresTERM)
		fmt.Println("up")
	case "middle": // ends, so that its child is an orphan
		spawn(os.Environ(), true, arguments[0])
		return
	case Regroups:
		if err := joinParentsGroup(); err != nil {
			fmt.Fprintln(os.Stderr, kind+":", err)
			os.Exit(2)
		}
		fmt.Println("up")
	case ClosesOutput:
		os.Stdout.Close()
		os.Stderr.Close()
	case Floods:
		go func() {
			for n := 0; ; n++ {
				fmt.Println("line", n, strings.Repeat("x", 100))
			}
		}()
	case HoldsPort:
		spawn(nil, true, "middle", IgnoresTERM)
		fmt.Println("up")
	case ExitsAtOnce:
		fmt.Println("an ordinary line")
		fmt.Fprint(os.Stderr, "the last words") // and no newline
		os.Exit(3)
	case Serves:
		serveHTTP(terminate)
		return
	case Abandons:
		spawnInto(os.Stdout, Floods)
		os.Exit(3)
	case Witnesses:
		witness()
	case elsewhere:
		goElsewhere(arguments)
		return
	case Prints:
		fmt.Print(strings.Join(arguments, " "))
	case Exits:
		status, err := strconv.Atoi(arguments[0])
		if err != nil {
			panic(err)
		}
		os.Exit(status)
	case Notifies:
		for _, datagram := range arguments {
			notify(datagram)
		}
	case Watchdog:
		watchdog(terminate)
		return
	case Grows:
		fmt.Println("growing")
		for hoard := [][]byte{}; ; {
			block := make([]byte, 1<<20)
			for i := 0; i < len(block); i += 4096 {
				block[i] = 1
			}
			hoard = append(hoard, block)
		}
	case Tells:
		for _, name := range arguments {
			fmt.Printf("%s=%s\n", name, os.Getenv(name))
		}
	default:
		fmt.Fprintln(os.Stderr, "no such kind of service:", kind)
		os.Exit(2)
	}
	<-terminate
}

// notify sends a datagram to the service manager.
func notify(datagram string) {
	conn, err := net.Dial("unixgram", os.Getenv("NOTIFY_SOCKET"))
	if err == nil {
		_, err = conn.Write([]byte(datagram))
		conn.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "notify:", err)
		os.Exit(1)
	}
}

func watchdog(terminate <-chan os.Signal) {
	interval, err := strconv.Atoi(os.Getenv("WATCHDOG_USEC"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "watchdog:", err)
		os.Exit(1)
	}
	silence := silenced()
	notify("READY=1\nSTATUS=keeping watch")
	tick := time.NewTicker(time.Duration(interval) * time.Microsecond / 3)
	for {
		select {
		case <-tick.C:
			notify("WATCHDOG=1")
		case <-silence:
			tick.Stop()
		case <-terminate:
			return
		}
	}
}

// spawn starts a service of another kind below this one and waits until it is up.
func spawn(env []string, ownSession bool, kind string, arguments ...string) {
	spawnFile("", env, ownSession, kind, arguments...)
}

// spawnFile is spawn for another file than this one; "" is this one.
func spawnFile(path string, env []string, ownSession bool, kind string, arguments ...string) {
	command := Command(kind, arguments...)
	if path == "" {
		path = command[0]
	}
	child := &exec.Cmd{Path: path, Args: command, Env: env, SysProcAttr: attributes(ownSession)}
	if env == nil {
		child.Env = os.Environ()
	}
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "spawn:", err)
		os.Exit(2)
	}
	if kind == "middle" {
		_ = child.Wait() // it leaves its child behind
		return
	}
	_, _ = io.ReadAtLeast(out, make([]byte, 2), 2) // "up"
}

// spawnInto starts a service of another kind that shares an output with this one.
func spawnInto(output *os.File, kind string) {
	command := Command(kind)
	child := &exec.Cmd{Path: command[0], Args: command, Env: os.Environ(), Stdout: output, SysProcAttr: attributes(true)}
	if err := child.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "spawn:", err)
		os.Exit(2)
	}
	time.Sleep(100 * time.Millisecond) // until it floods
}

// serveHTTP answers GET / with its process id; GET /slow waits for ?ms= first.
func serveHTTP(terminate <-chan os.Signal) {
	var listener net.Listener
	var err error
	if own := os.Getenv("GUARDTEST_LISTEN"); own != "" {
		listener, err = net.Listen("tcp", own)
	} else if told := os.Getenv("LISTEN_PID"); told != "" && told != strconv.Itoa(os.Getpid()) {
		err = fmt.Errorf("LISTEN_PID is %s, not %d", told, os.Getpid())
	} else if os.Getenv("LISTEN_FDS") == "1" {
		listener, err = net.FileListener(os.NewFile(3, "listener"))
	} else {
		err = errors.New("no address to listen at")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var silent atomic.Bool
	silence := silenced()
	go func() {
		<-silence
		silent.Store(true)
	}()
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if silent.Load() {
			<-r.Context().Done()
		}
		if ms, err := strconv.Atoi(r.FormValue("ms")); err == nil {
			time.Sleep(time.Duration(ms) * time.Millisecond)
		}
		fmt.Fprint(w, os.Getpid())
	})
	go func() {
		<-terminate
		os.Exit(0)
	}()
	fmt.Println("serving")
	_ = http.Serve(listener, nil)
}
