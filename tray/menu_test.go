package tray

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"agents-tray/icons"
	"agents-tray/manager"
)

var update = flag.Bool("update", false, "write the menus as they are now")

// text is a menu as a person sees it.
func text(items []Item, indent string) string {
	var b strings.Builder
	for _, item := range items {
		if item.Hidden {
			continue
		}
		line := item.Label
		if item.Separator {
			line = "─────"
		}
		if item.Items != nil {
			line += " ▸"
		}
		if item.Disabled {
			line += " (disabled)"
		}
		b.WriteString(indent + line + "\n")
		b.WriteString(text(item.Items, indent+"    "))
	}
	return b.String()
}

func services(dashboard, chat manager.State) []manager.Service {
	return []manager.Service{
		{Name: "dashboard", Title: "Dashboard", URL: "http://127.0.0.1:7861", Open: true, State: dashboard},
		{Name: "chat", Title: "Chat", URL: "http://127.0.0.1:7860", Open: true, State: chat},
	}
}

func model(phase manager.Phase, services []manager.Service) Model {
	return Model{Snapshot: manager.Snapshot{Phase: phase, Services: services}}
}

// models are the situations whose menus stand in testdata/menus.
func models() map[string]Model {
	held := services(manager.Running, manager.Failed)
	held[1].Problem = &manager.Problem{Kind: manager.PortHeld, Summary: "Port 7860 is taken by node (pid 812)", FreePort: 7862}
	crashing := services(manager.Running, manager.Failed)
	crashing[1].Problem = &manager.Problem{Kind: manager.CrashLoop, Summary: "Chat keeps crashing"}
	unclean := model(manager.PhaseRunning, services(manager.Running, manager.Running))
	unclean.Unclean = "Last session ended unexpectedly – it was killed after 14:03"
	notice := model(manager.PhaseRunning, services(manager.Running, manager.Running))
	notice.Notice = "The session record was damaged"
	foreign := append(services(manager.Running, manager.Running), manager.Service{Name: "worker", Title: "My_worker & co", State: manager.Running})
	return map[string]Model{
		"starting":  model(manager.PhaseStarting, services(manager.Starting, manager.Waiting)),
		"running":   model(manager.PhaseRunning, services(manager.Running, manager.Running)),
		"stopped":   model(manager.PhaseRunning, services(manager.Running, manager.Stopped)),
		"port-held": model(manager.PhaseTrouble, held),
		"crashing":  model(manager.PhaseTrouble, crashing),
		"unclean":   unclean,
		"notice":    notice,
		"no-page":   model(manager.PhaseRunning, foreign),
		"stopping":  model(manager.PhaseStopping, services(manager.Stopping, manager.Stopped)),
	}
}

func TestMenus(t *testing.T) {
	for name, m := range models() {
		got, file := text(Menu(m), ""), filepath.Join("testdata", "menus", name+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
		}
	}
}

// For the same services every menu has the same entries, so that none ever moves.
func TestEntriesKeepTheirPlaces(t *testing.T) {
	want := len(flatten(Menu(models()["running"])))
	for name, m := range models() {
		if len(m.Services) != 2 {
			continue
		}
		flat := flatten(Menu(m))
		if len(flat) != want {
			t.Errorf("%s has %d entries, running has %d", name, len(flat), want)
		}
		for _, item := range flat {
			if !item.Hidden && !item.Separator && item.Label == "" {
				t.Errorf("%s shows an entry without a label", name)
			}
		}
	}
}

func TestIconStates(t *testing.T) {
	all := models()
	for name, want := range map[string]icons.State{
		"starting": icons.Starting, "running": icons.Running, "stopped": icons.Running, "port-held": icons.Attention,
		"crashing": icons.Attention, "unclean": icons.Attention, "stopping": icons.Stopped,
	} {
		if got := iconState(all[name]); got != want {
			t.Errorf("%s shows %s, want %s", name, got, want)
		}
	}
}
