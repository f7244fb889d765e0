// Package guard is the process that is parent of every service: it starts, reaps,
// signals and logs, and decides nothing. The manager in the tray process tells it
// what to do over a pipe, and the end of that pipe is the death signal: however the
// tray ends, the guard then stops every service and exits.
//
// # Protocol
//
// Requests come on the guard's standard input, events leave on its standard output;
// both are JSON, one message a line. A message has exactly one field, named for its
// kind. The first request is hello; a guard of another version answers with a fault
// and exits. Unknown fields are ignored, an unknown kind is a fault.
//
//	→ hello     the version, what end of file means
//	→ start     run one process of a service
//	→ stop      end a run: its stop signal to its group, after the grace SIGKILL, descendants included
//	→ release   close the listening socket that is held for a service
//	→ look      asks which processes belong to a run
//	→ shutdown  stop everything, what others need last, under one deadline, then exit
//	← ready     the answer to hello
//	← started   the process of a run exists
//	← refused   it could not be started
//	← notice    a run's process has said something: a line that was waited for, or by sd_notify(3)
//	← members   the answer to look
//	← exited    the process of a run ended, with its last log lines
//	← gone      and none of its descendants is left: the service may start again
//	← leaving   the guard was told to end by a signal: it ends all runs, and then itself
//	← left      at its end: what it could not end
//	← fault     the guard could not do something that concerns no run
//
// A run is one life of a service's process. The manager numbers them, so that an event
// about an earlier one is recognised. End of file on standard input, or SIGTERM, is a
// shutdown with the grace that hello named. A start that comes later is not answered: the
// guard's end is its answer. The guard exits with status 0 when every
// process that it started, and every descendant, is confirmed gone; else it says what is
// left and exits with 1. See Patience for how long an end may take.
package guard

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"agents-tray/manager/guard/proctree"
)

// Version is the version of the protocol. Both ends are the same binary, so
// they differ only if one was replaced while it ran.
const Version = 2

// HandedDescriptor is the number of the listening socket in the process that gets it.
const HandedDescriptor = 3

// maxMessage bounds one message, in bytes: more than the system lets arguments and
// environment of a process be (6 MB on Linux), written as JSON.
const maxMessage = 16 << 20

// ServiceName returns the name of the service that this process runs, "" if it runs
// none.
func ServiceName() string {
	name, _, _ := strings.Cut(os.Getenv(proctree.RunVariable), "/")
	return name
}

// Request is a message to the guard; exactly one field is set.
type Request struct {
	Hello    *Hello          `json:"hello,omitempty"`
	Start    *Start          `json:"start,omitempty"`
	Stop     *Stop           `json:"stop,omitempty"`
	Release  *Release        `json:"release,omitempty"`
	Members  *MembersRequest `json:"look,omitempty"`
	Shutdown *Shutdown       `json:"shutdown,omitempty"`
}

// Hello opens the conversation.
type Hello struct {
	Version int `json:"version"`
	// Grace is what services get to stop when the pipe ends.
	Grace time.Duration `json:"grace"`
	// Log is a file for the guard's own errors, crash output included. Default: none.
	Log string `json:"log,omitempty"`
	// ExitReport is a file that the guard writes when the tray ends without having
	// announced it. Default: none.
	ExitReport string `json:"last_words,omitempty"`
	// Remove are files to remove once everything is gone, if the tray has ended without
	// removing them, such as the control socket of a tray that was killed.
	Remove []string `json:"remove,omitempty"`
	// Journals is a folder for what the guard knows of its processes, for whoever cleans up
	// should it be killed. Default: none.
	Journals string `json:"journals,omitempty"`
}

// Start describes one run.
type Start struct {
	Service string   `json:"service"`
	Run     uint64   `json:"run"`
	Needs   []string `json:"needs,omitempty"` // services that shutdown stops after this one
	Path    string   `json:"path,omitempty"`  // the file to execute; default: Command[0], looked up in PATH
	Command []string `json:"command"`
	Dir     string   `json:"dir,omitempty"`
	Env     []string `json:"env,omitempty"` // added to the guard's environment, instead of what it has by the same name
	// Listen is a TCP address to bind, once, and hand over as descriptor 3. Where
	// sockets cannot be handed over it must be free.
	Listen string `json:"listen,omitempty"`
	// BothLoopbacks says that the same port of the other loopback address is bound too,
	// where it is free, and handed over as descriptor 4.
	BothLoopbacks bool `json:"both_loopbacks,omitempty"`
	// ListenPID says that the process learns of the descriptor as in sd_listen_fds(3),
	// which takes an environment variable with its own process id.
	ListenPID bool   `json:"listen_pid,omitempty"`
	Log       string `json:"log,omitempty"` // file for its output; default: none
	// Lifeline gives it a pipe as standard input that ends when the guard does, and tells it
	// so: it stops by itself then.
	Lifeline bool `json:"lifeline,omitempty"`
	// OpenInput gives it a pipe as standard input on which nothing comes and which ends
	// when it is to stop. Without it and Lifeline, its standard input is empty.
	OpenInput bool `json:"open_input,omitempty"`
	// Match is a regular expression; the first line of output that matches is told.
	Match string `json:"match,omitempty"`
	// Notify gives it a socket for sd_notify(3).
	Notify bool `json:"notify,omitempty"`
	// Watchdog is the interval in which it is asked to say WATCHDOG=1; 0: not asked.
	Watchdog time.Duration `json:"watchdog,omitempty"`
	// StopSignal asks it to stop: "TERM", "INT", …; default "TERM".
	StopSignal string `json:"stop_signal,omitempty"`
	// StopTimeout is how long it may take to stop when everything is stopped, if that is
	// less than what all have together. 0: as long as all.
	StopTimeout time.Duration `json:"stop_timeout,omitempty"`
}

// Stop ends a run.
type Stop struct {
	Service string        `json:"service"`
	Run     uint64        `json:"run"`
	Grace   time.Duration `json:"grace"` // between the stop signal and SIGKILL; 0: SIGKILL at once
}

// Release closes a service's listening socket.
type Release struct {
	Service string `json:"service"`
}

// MembersRequest asks which processes belong to a run.
type MembersRequest struct {
	Service string `json:"service"`
	Run     uint64 `json:"run"`
}

// Shutdown stops everything. A second one shortens the grace, it never extends it.
type Shutdown struct {
	Grace time.Duration `json:"grace"`
}

// Event is a message from the guard; exactly one field is set.
type Event struct {
	Ready   *Ready   `json:"ready,omitempty"`
	Started *Started `json:"started,omitempty"`
	Refused *Refused `json:"refused,omitempty"`
	Notice  *Notice  `json:"notice,omitempty"`
	Members *Members `json:"members,omitempty"`
	Exited  *Exited  `json:"exited,omitempty"`
	Gone    *Gone    `json:"gone,omitempty"`
	Leaving *Leaving `json:"leaving,omitempty"`
	Left    *Left    `json:"left,omitempty"`
	Fault   *Fault   `json:"fault,omitempty"`
}

// Ready answers Hello.
type Ready struct {
	Version int `json:"version"`
	PID     int `json:"pid"`
}

// Started says that a run's process exists.
type Started struct {
	Service string    `json:"service"`
	Run     uint64    `json:"run"`
	PID     int       `json:"pid"`
	At      time.Time `json:"at"`
	// Taken is the other loopback address if another program has it, see BothLoopbacks.
	Taken string `json:"taken,omitempty"`
}

// Reason sorts refusals by what can be done about them.
type Reason string

const (
	AddressInUse  Reason = "address in use"        // the listening address is taken
	NotPermitted  Reason = "address not permitted" // this user may not listen at that address
	NoCommand     Reason = "command not found"     // the program does not exist
	NotExecutable Reason = "not executable"        // it exists, but cannot be executed
	NoFolder      Reason = "no such folder"        // to run it in
	BadFolder     Reason = "folder not usable"     // the same, but it is there
	NoAddress     Reason = "no such address"       // the listening address is none of this computer's now
	TryAgain      Reason = "try again"             // no memory, process or descriptor to be had just now
	TooLarge      Reason = "too large"             // its arguments and environment are more than the system takes
	OtherReason   Reason = "other"
)

// Refused says that a run's process could not be started.
type Refused struct {
	Service string `json:"service"`
	Run     uint64 `json:"run"`
	Reason  Reason `json:"reason"`
	// Interpreter is what the first line of the program names to run it, if that is not there;
	// with NotExecutable.
	Interpreter string `json:"interpreter,omitempty"`
	// Foreign says that it is no program for this computer, nor a script that names its
	// interpreter; with NotExecutable.
	Foreign bool   `json:"foreign,omitempty"`
	Error   string `json:"error"`
}

// Notice is what a run's processes have said since the last one.
type Notice struct {
	Service  string `json:"service"`
	Run      uint64 `json:"run"`
	Line     string `json:"line,omitempty"`     // the first that matched Start.Match
	Ready    bool   `json:"ready,omitempty"`    // READY=1
	Stopping bool   `json:"stopping,omitempty"` // STOPPING=1
	Alive    bool   `json:"alive,omitempty"`    // WATCHDOG=1
	Failing  bool   `json:"failing,omitempty"`  // WATCHDOG=trigger
	Status   string `json:"status,omitempty"`   // STATUS=…, the latest
}

// Members are the processes of a run: its leader and the descendants that live.
type Members struct {
	Service string `json:"service"`
	Run     uint64 `json:"run"`
	PIDs    []int  `json:"pids"`
	// Waiting is how many connections the service has not accepted yet from the socket
	// that it was handed; 0 where that cannot be told (see CountsWaiting).
	Waiting int `json:"waiting,omitempty"`
}

// Exited says how a run's process ended.
type Exited struct {
	Service string    `json:"service"`
	Run     uint64    `json:"run"`
	PID     int       `json:"pid"`
	At      time.Time `json:"at"`
	Code    int       `json:"code"`             // exit status, -1 after a signal
	Signal  string    `json:"signal,omitempty"` // "SIGKILL"
	// Killed says that it did not stop in the time that it had, Had, and was killed.
	Killed bool          `json:"killed,omitempty"`
	Had    time.Duration `json:"had,omitempty"`
	// OutOfMemory says that the system ended it for lack of memory.
	OutOfMemory bool     `json:"out_of_memory,omitempty"`
	Lines       []string `json:"lines,omitempty"`   // the last it printed
	Reasons     int      `json:"reasons,omitempty"` // so many of them, at the beginning, tell why it ended
	// Left are the names of processes that it left running, unasked, when it ended with
	// status 0, as a program does that goes to the background. Only on Linux.
	Left []string `json:"left,omitempty"`
}

// Gone says that nothing is left of a run, except for what Left names: that could not be
// ended. A leader among it has not been told as exited. Look is why it could not be found
// out what is left; empty if it could.
type Gone struct {
	Service string                 `json:"service"`
	Run     uint64                 `json:"run"`
	Left    []proctree.LeftProcess `json:"left,omitempty"`
	Look    string                 `json:"look,omitempty"`
}

// Leaving says that what ends from now on does so because the guard was told to end, by
// nobody whom the manager knows.
type Leaving struct{}

// Left is the last event of a guard that was told to end: what it could not end. Empty, it
// confirms that nothing is left but the guard itself, which exits.
type Left struct {
	Processes []proctree.LeftProcess `json:"processes,omitempty"`
	Look      string                 `json:"look,omitempty"` // why it could not look; empty if it could
}

// Err returns the same as a *proctree.LeftError, nil if nothing is left.
func (l *Left) Err() error {
	if l == nil || len(l.Processes) == 0 && l.Look == "" {
		return nil
	}
	e := &proctree.LeftError{Left: l.Processes}
	if l.Look != "" {
		e.Look = errors.New(l.Look)
	}
	return e
}

// Err returns what is left as a *proctree.LeftError, nil if nothing is.
func (g *Gone) Err() error { return (&Left{g.Left, g.Look}).Err() }

// Fault is an error that concerns no run.
type Fault struct {
	Error string `json:"error"`
}

// errTooLarge is of a message that is longer than maxMessage.
var errTooLarge = fmt.Errorf("guard protocol: a message of more than %d MB", maxMessage>>20)

// messages reads one message a line from r and calls got with each, until end of
// file (nil), a broken message, or an error of got.
func messages[M any](r io.Reader, got func(M) error) error {
	lines := bufio.NewReaderSize(r, 4<<10)
	for {
		line, err := readLine(lines)
		if err == io.EOF && len(line) == 0 {
			return nil
		} else if err != nil && err != io.EOF {
			return err
		}
		var message M
		if err := json.Unmarshal(line, &message); err != nil {
			return fmt.Errorf("guard protocol: %w in %.200q", err, line)
		}
		if err := got(message); err != nil {
			return err
		}
	}
}

// readLine returns the next line. A long one does not stay in memory with the reader.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		return line, err
	}
	var whole []byte
	for err == bufio.ErrBufferFull {
		if whole = append(whole, line...); len(whole) > maxMessage {
			return nil, errTooLarge
		}
		line, err = r.ReadSlice('\n')
	}
	return append(whole, line...), err
}

// encode returns message as one line.
func encode(message any) []byte {
	line, err := json.Marshal(message)
	if err != nil {
		panic(err) // plain structs: cannot fail
	}
	return append(line, '\n')
}
