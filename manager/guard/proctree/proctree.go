// Package proctree is the guard's process tree: it starts child processes, finds their
// descendants wherever these have moved to, tells them apart by the run that they belong
// to, signals them, and cleans up after a guard that was killed.
//
// A process is identified before it is signalled: by its ancestors and start time, by its
// process group and session and who has founded them, by its control group where one is
// delegated to us, by a number that descendants inherit (Linux), or by an environment variable
// that they do (Linux, macOS); by the Job Object that it is in (Windows). A bare process id or a name is never enough.
//
// What is known of the processes of each run is kept in a file, the journal, for whoever
// cleans up after a guard that was killed.
package proctree

import "time"

// Names of the environment variables by which descendants are recognised, whatever
// process group or session they have moved to.
const (
	SessionVariable = "AGENTS_TRAY_RUN"     // id of a session of the tray: its guards and all below them
	GuardVariable   = "AGENTS_TRAY_GUARD"   // id of one guard of the session: it and all below it
	CleanupVariable = "AGENTS_TRAY_KEEPER"  // id of the session: the cleanup helpers of its guards, which carry no other
	RunVariable     = "AGENTS_TRAY_SERVICE" // service/run: one run of one service
)

// KillTimeout is how long to wait for a process that was sent SIGKILL. Only one that is
// stuck in the kernel, or held by a debugger, takes longer; it is reported and left.
const KillTimeout = 3 * time.Second

// RescanInterval is how soon descendants are looked for again once killing has begun: the
// end of a process that is not our child is not announced. Each time takes twice as long as
// the one before, to MaxRescanInterval, and it ends with KillTimeout.
const (
	RescanInterval    = 20 * time.Millisecond
	MaxRescanInterval = 500 * time.Millisecond
)

// RefusedTimeout is how long to wait for processes that this user may not end.
const RefusedTimeout = 500 * time.Millisecond

// A Selector selects the descendants of one run. The zero value selects all descendants.
type Selector struct {
	Variable  string // NAME=value in the environment of the run's processes
	Group     int    // process id of the run's leader
	Running   bool   // the leader has not been reaped
	Sole      bool   // there is no other run: what tells nothing of itself belongs to this one
	Cgroup    string // folder of the run's control group; empty: it has none
	Birthmark uint64 // of the run's processes; 0: they have none
}

// Exit is how a child ended.
type Exit struct {
	PID  int
	Code int // exit status; -1 after a signal
	// Signal is the name of the signal that ended it, "" if none did. On Windows it is
	// "SIGKILL" after Tree.Kill, else empty: kills by others leave only a status.
	Signal string
}
