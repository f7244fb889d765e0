// Package tray shows the program in the desktop's notification area: a status icon, a
// menu made from the state, and notifications. It decides nothing: a click becomes an
// Intent for the program to act on.
package tray

import (
	"fmt"

	"agents-tray/icons"
	"agents-tray/manager"
)

// Model is all that the icon and the menu are made from.
type Model struct {
	manager.Snapshot
	// Unclean is the line that tells of the previous session's unclean end, or empty.
	Unclean string
	// Asks says that nothing was started, because the last sessions did not end well.
	Asks bool
	// Notice is something the user should know that concerns no single service.
	Notice string
}

// Verb says what a click asks for.
type Verb string

const (
	Nothing  Verb = ""
	Open     Verb = "open" // Service's page in the browser
	StartAll Verb = "start all"
	Start    Verb = "start"   // Service
	Stop     Verb = "stop"    // Service
	Restart  Verb = "restart" // Service
	ShowLog  Verb = "log"     // of Service
	Move     Verb = "move"    // Service to Port
	Review   Verb = "review"  // how the previous session ended
	Notices  Verb = "notices" // what there is to know
	Quit     Verb = "quit"
)

// Intent is what a click asks for.
type Intent struct {
	Verb    Verb
	Service string // name
	Port    int    // with Move
}

// Item is one entry of the menu.
type Item struct {
	Label     string
	Separator bool
	Disabled  bool
	Hidden    bool
	Intent    Intent
	Items     []Item // a submenu
}

// Menu makes the menu of a model. For the same services it always has the same
// entries in the same order: what does not apply is hidden, so that nothing moves
// under the mouse.
func Menu(m Model) []Item {
	var open, services []Item
	for _, s := range m.Services {
		if s.Once {
			continue // it comes and goes; its log is where it was asked for
		}
		if s.Open {
			open = append(open, Item{Label: "Open " + s.Title, Intent: Intent{Verb: Open, Service: s.Name}})
		}
		services = append(services, Item{Label: s.Title, Items: serviceMenu(s)})
	}
	menu := []Item{
		{Label: StateLine(m.Snapshot), Disabled: true},
		moveItem(m.Snapshot),
		{Label: m.Unclean, Hidden: m.Unclean == "", Intent: Intent{Verb: Review}},
		{Label: "Start everything", Hidden: !m.Asks, Intent: Intent{Verb: StartAll}},
		{Label: m.Notice, Hidden: m.Notice == "", Intent: Intent{Verb: Notices}},
		{Separator: true},
	}
	menu = append(menu, open...)
	return append(menu,
		Item{Separator: true},
		Item{Label: "Services", Items: services},
		Item{Separator: true},
		Item{Label: "Quit", Disabled: m.Phase == manager.PhaseStopping, Intent: Intent{Verb: Quit}},
	)
}

func serviceMenu(s manager.Service) []Item {
	toggle := Item{Label: "Stop", Intent: Intent{Verb: Stop, Service: s.Name}}
	if s.State.Idle() {
		toggle = Item{Label: "Start", Intent: Intent{Verb: Start, Service: s.Name}}
	}
	toggle.Disabled = s.State == manager.Stopping
	return []Item{
		{Label: "Open", Disabled: s.URL == "", Intent: Intent{Verb: Open, Service: s.Name}},
		{Label: "Restart", Disabled: s.State == manager.Stopping, Intent: Intent{Verb: Restart, Service: s.Name}},
		toggle,
		{Label: "Show log", Intent: Intent{Verb: ShowLog, Service: s.Name}},
	}
}

// moveItem offers the way out when somebody else has a service's port.
func moveItem(s manager.Snapshot) Item {
	for _, service := range s.Services {
		if p := service.Problem; p != nil && p.FreePort != 0 {
			return Item{
				Label:  fmt.Sprintf("Use port %d for %s this time", p.FreePort, service.Title),
				Intent: Intent{Verb: Move, Service: service.Name, Port: p.FreePort},
			}
		}
	}
	return Item{Hidden: true}
}

// StateLine says in a few words how everything stands: what is wrong, if anything is.
func StateLine(s manager.Snapshot) string {
	switch s.Phase {
	case manager.PhaseStarting:
		return "Starting…"
	case manager.PhaseRunning:
		return "Running"
	case manager.PhaseStopping:
		return "Stopping…"
	case manager.PhaseTrouble:
		for _, service := range s.Services {
			if service.Problem != nil {
				return service.Problem.Summary
			}
		}
	}
	return "Stopped"
}

// iconState chooses the icon.
func iconState(m Model) icons.State {
	switch {
	case m.Phase == manager.PhaseTrouble, m.Unclean != "", m.Asks:
		return icons.Attention
	case m.Phase == manager.PhaseStarting:
		return icons.Starting
	case m.Phase == manager.PhaseRunning:
		return icons.Running
	}
	return icons.Stopped
}

// flatten lists all items depth first, so that each has a number.
func flatten(items []Item) []Item {
	var flat []Item
	for _, item := range items {
		flat = append(flat, item)
		flat = append(flat, flatten(item.Items)...)
	}
	return flat
}
