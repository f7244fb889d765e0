package instance

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/sessiondb"
)

func TestSettingsLast(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "config", "agents-tray")
	s := openSettings(folder)
	if c := s.get(); c.Quiet || len(c.Paused) > 0 {
		t.Errorf("at first: %+v", c)
	}
	must(t, s.set(func(c *choices) { c.Quiet, c.Paused = true, []string{"chat"} }))
	if c := openSettings(folder).get(); !c.Quiet || !slices.Equal(c.Paused, []string{"chat"}) {
		t.Errorf("afterwards: %+v", c)
	}
	must(t, os.WriteFile(filepath.Join(folder, "tray.json"), []byte(`{"quiet": true, "paused": 7`), 0o600))
	if c := openSettings(folder).get(); c.Quiet {
		t.Errorf("of a damaged file: %+v", c)
	}
}

// A choice holds for the session even where it cannot be saved.
func TestSettingsThatCannotBeSaved(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	must(t, os.WriteFile(file, nil, 0o600))
	s := openSettings(filepath.Join(file, "agents-tray"))
	if err := s.set(func(c *choices) { c.Quiet = true }); err == nil {
		t.Error("it was saved in a folder that is a file")
	}
	if !s.get().Quiet {
		t.Error("the choice is lost")
	}
}

func TestOnlyWhatNobodyHasStartedIsStillPaused(t *testing.T) {
	snapshot := manager.Snapshot{Services: []manager.Service{
		{Name: "a", State: manager.Stopped, ByHand: true}, {Name: "b", State: manager.Ready}, {Name: "c", State: manager.Stopped, ByHand: true},
	}}
	if got := stillPaused(snapshot, []string{"a", "b", "gone"}); !slices.Equal(got, []string{"a"}) {
		t.Errorf("%v", got)
	}
}

func TestHowLongAStartTook(t *testing.T) {
	began := time.Date(2026, 5, 4, 14, 0, 0, 0, time.UTC)
	event := func(kind string, after time.Duration) sessiondb.Event {
		return sessiondb.Event{Kind: kind, At: began.Add(after)}
	}
	for name, test := range map[string]struct {
		events []sessiondb.Event
		want   time.Duration
	}{
		"nothing":        {nil, 0},
		"two services":   {[]sessiondb.Event{event("started", 1), event("started", 2), event("ready", time.Second), event("ready", 3*time.Second)}, 3 * time.Second},
		"and much later": {[]sessiondb.Event{event("ready", 2*time.Second), event("exited", time.Hour), event("ready", time.Hour)}, 2 * time.Second},
		"never ready":    {[]sessiondb.Event{event("started", 1), event("exited", time.Second), event("ready", time.Minute)}, 0},
	} {
		if got := startTime(began, test.events); got != test.want {
			t.Errorf("%s took %v, want %v", name, got, test.want)
		}
	}
}
