package manager

import (
	"fmt"
	"slices"
	"time"
)

// State is the state of a service.
//
//	stopped → starting → ready → stopping → stopped
//	             │         │ exit, or health lost
//	             └─────────┴──→ backing off → starting … → failed (the user decides)
//	                       └──→ completed (it has done what it was to do)
type State string

const (
	Stopped    State = "stopped"     // nothing runs, and nothing will until it is asked for
	Waiting    State = "waiting"     // for the services it depends on
	Starting   State = "starting"    // the process runs or is about to; it has not answered yet
	Ready      State = "ready"       // it answered
	Stopping   State = "stopping"    // asked to stop
	BackingOff State = "backing off" // it ended; the next start is a matter of time
	Completed  State = "completed"   // it ended with status 0, and is not to be started again for that
	Failed     State = "failed"      // given up; the user decides
)

// Live reports whether a process of the service may exist in this state.
func (s State) Live() bool { return s == Starting || s == Ready || s == Stopping }

// Idle reports whether nothing runs in this state, and nothing will by itself.
func (s State) Idle() bool { return s == Stopped || s == Completed || s == Failed }

// Phase is the state of all services together.
type Phase string

const (
	PhaseStarting Phase = "starting" // something is on its way up
	PhaseRunning  Phase = "running"  // all that should run is ready
	PhaseTrouble  Phase = "trouble"  // at least one service failed or keeps crashing
	PhaseStopping Phase = "stopping" // Shutdown was called
	PhaseStopped  Phase = "stopped"  // nothing runs
)

// Snapshot is the immutable state of all services, in the order they were added.
type Snapshot struct {
	Phase    Phase     `json:"phase"`
	Guard    int       `json:"guard"` // process id of the guard, 0 without one
	Services []Service `json:"services"`
	// EndsBy is when everything has ended at the latest, once that was asked for.
	EndsBy time.Time `json:"ends_by,omitzero"`
}

// Service is one service in a Snapshot.
type Service struct {
	Name     string    `json:"name"`
	Title    string    `json:"title"`
	URL      string    `json:"url,omitempty"`
	Address  string    `json:"address,omitempty"` // host:port the guard holds for it
	Open     bool      `json:"open,omitempty"`
	Once     bool      `json:"once,omitempty"` // see spec.ServiceSpec
	State    State     `json:"state"`
	PID      int       `json:"pid,omitempty"`
	Started  time.Time `json:"started,omitzero"`    // of the running process
	Ready    time.Time `json:"ready,omitzero"`      // when it first answered
	NextTry  time.Time `json:"next_try,omitzero"`   // when it is started again, in BackingOff
	Restarts int       `json:"restarts"`            // by the manager, since the program started
	Status   string    `json:"status,omitempty"`    // what it says of itself
	WaitsFor string    `json:"waits_for,omitempty"` // title of what it depends on, in Waiting
	Settled  bool      `json:"settled,omitempty"`   // in Waiting: that will not come by itself, or takes long; in BackingOff: for long
	ByHand   bool      `json:"by_hand,omitempty"`   // the user stopped it, and it stays so
	Leaving  bool      `json:"leaving,omitempty"`   // it is no longer in the services file, and gone when it has stopped
	Watched  bool      `json:"watched,omitempty"`   // it is not started here: see spec.ServiceSpec.Watched
	LastExit *Exit     `json:"last_exit,omitempty"`
	Problem  *Problem  `json:"problem,omitempty"` // why it is not ready, if something is wrong
}

// Service returns the service of that name.
func (s Snapshot) Service(name string) (Service, bool) {
	for _, service := range s.Services {
		if service.Name == name {
			return service, true
		}
	}
	return Service{}, false
}

// equal reports whether two snapshots are the same. Exits and problems are replaced, never
// changed, so it is enough to compare their addresses.
func (s *Snapshot) equal(other *Snapshot) bool {
	return s.Phase == other.Phase && s.Guard == other.Guard && s.EndsBy.Equal(other.EndsBy) && slices.Equal(s.Services, other.Services)
}

// phase derives the Phase from the states of the services.
func phase(services []Service, shuttingDown bool) Phase {
	live, trouble, starting := false, false, false
	for _, s := range services {
		if s.Once && !shuttingDown {
			continue
		}
		live = live || s.State.Live() || s.State == BackingOff
		trouble = trouble || s.State == Failed || s.Problem != nil
		starting = starting || s.State == Starting || s.State == Waiting && !s.Settled || s.State == BackingOff
	}
	switch {
	case shuttingDown && live:
		return PhaseStopping
	case shuttingDown:
		return PhaseStopped
	case trouble:
		return PhaseTrouble
	case starting:
		return PhaseStarting
	case live:
		return PhaseRunning
	}
	return PhaseStopped
}

// ErrUnknownService is wrapped by every call that names a service that is not there.
type ErrUnknownService string

func (e ErrUnknownService) Error() string { return fmt.Sprintf("there is no service %q", string(e)) }
