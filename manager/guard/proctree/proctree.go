// Package proctree is the guard's process tree: it starts child processes, finds their
// descendants wherever these have moved to, tells them apart by the run that they belong
// to, signals them, and cleans up after a guard that was killed.
//
// A process is identified before it is signalled: by its ancestors and its process group
// or by an environment variable that descendants inherit (Linux, macOS), or by the Job
// Object that it is in (Windows). A bare process id or a name is never enough.
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

// RescanInterval is how often descendants are looked for once killing has begun: the end
// of a process that is not our child is not announced.
const RescanInterval = 20 * time.Millisecond

// A Selector selects the descendants of one run: they carry its variable in their
// environment or belong to its process group. The zero value selects all descendants.
type Selector struct {
	Variable string // NAME=value
	Group    int    // process id of the run's leader
}

// Exit is how a child ended.
type Exit struct {
	PID  int
	Code int // exit status; -1 after a signal
	// Signal is the name of the signal that ended it, "" if none did. On Windows it is
	// "SIGKILL" after Tree.Kill, else empty: kills by others leave only a status.
	Signal string
}
