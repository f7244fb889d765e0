package instance

import (
	"encoding/json"
	"path/filepath"
	"sync"

	"agents-tray/manager/disk"
)

// settings are what the user has chosen in the menu. They are kept in a small file
// beside the services file; without one, or with one that cannot be read, the defaults
// hold.
type settings struct {
	path string

	mu     sync.Mutex
	chosen choices
}

type choices struct {
	Quiet   bool     `json:"quiet,omitempty"`   // no notifications
	Paused  []string `json:"paused,omitempty"`  // names of the services that "Pause all" has stopped
	Welcome string   `json:"welcome,omitempty"` // what has become of the first start; see welcome
}

func openSettings(folder string) *settings {
	s := &settings{path: filepath.Join(folder, "tray.json")}
	if data, err := disk.Read(s.path); err == nil && json.Unmarshal(data, &s.chosen) != nil {
		s.chosen = choices{}
	}
	return s
}

// get returns what is chosen. The caller must not change what it holds.
func (s *settings) get() choices {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.chosen
}

// set changes what is chosen, which holds for this session even if it cannot be saved.
func (s *settings) set(change func(*choices)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.chosen)
	data, err := json.MarshalIndent(s.chosen, "", "  ")
	if err != nil {
		return err
	}
	return disk.Replace(s.path, append(data, '\n'))
}
