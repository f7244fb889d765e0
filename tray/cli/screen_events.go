package cli

import (
	"encoding/json"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/words"
)

// A screenEvent is one line of ui --json: a service that has come into another state, or
// something else that is said.
type screenEvent struct {
	At      time.Time     `json:"at"`
	Service string        `json:"service,omitempty"`
	State   manager.State `json:"state,omitempty"` // "gone": it is no longer in the services file
	URL     string        `json:"url,omitempty"`
	PID     int           `json:"pid,omitempty"`
	TookMS  int64         `json:"took_ms,omitempty"` // from its start to its first answer
	Problem *problemEvent `json:"problem,omitempty"`
	Message string        `json:"message,omitempty"`
}

// A problemEvent is a problem, its kind for programs, the rest in English.
type problemEvent struct {
	Kind manager.Kind `json:"kind"`
	manager.Prose
	Lines []string `json:"lines,omitempty"`
}

// gone is the state of a service that is no longer there.
const gone manager.State = "gone"

// event writes a line of JSON.
func (s *screen) event(e screenEvent) {
	e.At = time.Now()
	_ = json.NewEncoder(s.out).Encode(e) // whoever read it may be gone
}

// showEvents writes what has changed in a snapshot since the last.
func (s *screen) showEvents(snapshot manager.Snapshot) {
	for _, service := range snapshot.Services {
		before, now := s.shown[service.Name], seen{state: service.State, byHand: service.ByHand, problem: service.Problem}
		if before == now {
			continue
		}
		s.shown[service.Name] = now
		e := screenEvent{Service: service.Name, State: service.State, URL: service.URL, PID: service.PID}
		if service.State == manager.Ready {
			e.TookMS = service.Ready.Sub(service.Started).Milliseconds()
		}
		if p := service.Problem; p != nil {
			e.Problem = &problemEvent{p.Kind, words.English.Problem(p), p.Lines}
		}
		s.event(e)
	}
	for name := range s.shown {
		if _, there := snapshot.Service(name); !there {
			delete(s.shown, name)
			s.event(screenEvent{Service: name, State: gone})
		}
	}
}
