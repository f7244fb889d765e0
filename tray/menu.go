// Package tray shows the program in the desktop's notification area: a status icon, a
// menu made from the state, and notifications. It decides nothing: a click becomes an
// Intent for the program to act on.
package tray

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/tray/autostart"
	"agents-tray/tray/words"
)

// Item is one entry of the menu.
type Item struct {
	Label     string
	Separator bool
	Disabled  bool
	Hidden    bool
	Checkable bool
	Checked   bool
	Intent    Intent
	Items     []Item // a submenu
}

// Menu makes the menu of a model. For the same services it always has the same
// entries in the same order: what does not apply is hidden, so that nothing moves
// under the mouse.
func Menu(m Model) []Item {
	say := m.Language.Say
	var open, services []Item
	for _, s := range m.Services {
		if s.Once || s.Leaving {
			continue // it comes and goes; the log of a single run is where that was asked for
		}
		if s.Open {
			open = append(open, Item{Label: say(words.OpenPage, s.Title), Intent: Intent{Verb: Open, Service: s.Name}})
		}
		services = append(services, Item{Label: s.Title, Items: serviceMenu(m.Language, s)})
	}
	stopping := m.Phase == manager.PhaseStopping
	services = append(services, serverItem(m), Item{Separator: true},
		Item{Label: say(words.RestartAll), Disabled: stopping || m.Paused, Intent: Intent{Verb: RestartAll}},
		pauseItem(m, stopping),
	)
	asked := m.Quitting != nil
	menu := []Item{
		{Label: StateLine(m), Disabled: true},
		{Label: say(words.FinishAndQuit), Hidden: !asked || m.Quitting.Decided, Intent: Intent{Verb: FinishAndQuit}},
		{Label: say(words.QuitNow), Hidden: !asked, Intent: Intent{Verb: QuitNow}},
		{Label: say(words.KeepRunning), Hidden: !asked, Intent: Intent{Verb: KeepRunning}},
		moveItem(m),
		troubleItem(m, words.RestartService, Restart),
		troubleItem(m, words.ShowLogOf, ShowLog),
		{Label: uncleanLine(m), Hidden: m.Unclean == nil, Intent: Intent{Verb: Review}},
		{Label: say(words.StartEverything), Hidden: !m.Asks, Intent: Intent{Verb: StartAll}},
		{Label: noticeLine(m), Hidden: m.Notice == nil, Intent: noticeIntent(m)},
		{Separator: true},
	}
	menu = append(menu, open...)
	menu = append(menu,
		Item{Separator: true},
		Item{Label: say(words.Services), Items: services},
		Item{Label: say(words.History), Hidden: m.NoDashboard, Intent: Intent{Verb: History}},
		Item{Label: say(words.Settings), Items: []Item{
			atLoginItem(m),
			{Label: say(words.Notifications), Checkable: true, Checked: m.Notifications, Intent: Intent{Verb: Notifications, On: !m.Notifications}},
			{Label: say(words.EditServices), Intent: Intent{Verb: EditServices}},
			platformItem(m),
		}},
		Item{Label: say(words.About), Items: []Item{
			{Label: say(words.VersionLine, Name, m.Version), Disabled: true},
			{Label: say(words.LicenceLine), Disabled: true},
			{Label: say(words.CopyDiagnosis), Intent: Intent{Verb: CopyDiagnosis}},
		}},
		Item{Separator: true},
		Item{Label: say(words.Quit), Disabled: stopping || asked, Intent: Intent{Verb: Quit}},
	)
	if m.Beginning {
		disableAllButQuit(menu)
	}
	return fit(menu)
}

// entriesOf tells apart models whose menus have other entries.
func entriesOf(m Model) string {
	var b strings.Builder
	for _, s := range m.Services {
		if !s.Once && !s.Leaving {
			fmt.Fprintf(&b, "%s %v\n", s.Name, s.Open)
		}
	}
	return b.String()
}

func disableAllButQuit(items []Item) {
	for i := range items {
		verb := items[i].Intent.Verb
		items[i].Disabled = items[i].Disabled || verb != Nothing && verb != Quit
		disableAllButQuit(items[i].Items)
	}
}

func serviceMenu(language words.Language, s manager.Service) []Item {
	say := language.Say
	toggle := Item{Label: say(words.Stop), Intent: Intent{Verb: Stop, Service: s.Name}}
	if s.State.Idle() {
		toggle = Item{Label: say(words.Start), Intent: Intent{Verb: Start, Service: s.Name}}
	}
	toggle.Disabled, toggle.Hidden = s.State == manager.Stopping, s.Watched
	return []Item{
		{Label: serviceLine(language, s), Disabled: true},
		{Label: say(words.Open), Hidden: s.URL == "", Intent: Intent{Verb: Open, Service: s.Name}},
		{Label: say(words.CopyAddress), Hidden: s.URL == "", Intent: Intent{Verb: CopyAddress, Service: s.Name}},
		{Label: say(words.Restart), Hidden: s.Watched, Disabled: s.State == manager.Stopping, Intent: Intent{Verb: Restart, Service: s.Name}},
		toggle,
		{Label: say(words.ShowLog), Hidden: s.Watched, Intent: Intent{Verb: ShowLog, Service: s.Name}},
	}
}

// serviceLine says how a service stands, and where it answers.
func serviceLine(language words.Language, s manager.Service) string {
	switch {
	case s.State == manager.Ready && address(s) != "":
		return language.Say(words.ServiceRunningAt, address(s))
	case s.State == manager.Waiting:
		return language.Say(words.ServiceWaiting, s.WaitsFor)
	case s.State == manager.Stopped && s.LastExit != nil && s.LastExit.KilledAtDeadline():
		return language.Say(words.ServiceKilled, language.Duration(s.LastExit.Grace))
	case s.Problem != nil:
		return language.Problem(s.Problem).Summary
	}
	return language.Say(map[manager.State]words.Key{
		manager.Stopped: words.ServiceStopped, manager.Starting: words.ServiceStarting, manager.Ready: words.ServiceRunning,
		manager.Stopping: words.ServiceStopping, manager.BackingOff: words.ServiceBackingOff,
		manager.Completed: words.ServiceCompleted, manager.Failed: words.ServiceFailed,
	}[s.State])
}

// address is host and port of a service, as far as they are known.
func address(s manager.Service) string {
	if page, err := url.Parse(s.URL); err == nil && page.Host != "" {
		return page.Host
	}
	return s.Address
}

func pauseItem(m Model, stopping bool) Item {
	if m.Paused {
		return Item{Label: m.Language.Say(words.Resume), Disabled: stopping, Intent: Intent{Verb: Resume}}
	}
	return Item{Label: m.Language.Say(words.PauseAll), Disabled: stopping || m.Phase == manager.PhaseStopped, Intent: Intent{Verb: PauseAll}}
}

// atLoginItem shows what starts at login. When it is another copy, a click makes it this one.
func atLoginItem(m Model) Item {
	on := m.AtLogin == autostart.On
	item := Item{Label: m.Language.Say(words.AtLogin), Checkable: true, Checked: on, Intent: Intent{Verb: AtLogin, On: !on}}
	if m.AtLogin == autostart.Another {
		item.Label = m.Language.Say(words.AtLoginAnother)
	}
	return item
}

// Moves are the ways out where somebody else has a service's port.
func Moves(m Model) []Item {
	var moves []Item
	for _, service := range m.Services {
		if p := service.Problem; p != nil && p.FreePort != 0 {
			moves = append(moves, Item{
				Label:  m.Language.Say(words.UsePort, p.FreePort, service.Title),
				Intent: Intent{Verb: Move, Service: service.Name, Port: p.FreePort},
			})
		}
	}
	return moves
}

// Takes are the ways to have what was found run from here.
func Takes(m Model) []Item {
	var takes []Item
	for _, offer := range m.Offers {
		label := m.Language.Say(words.StartServer, offer.Title)
		if offer.Name == control.PlatformOffer {
			label = m.Language.Say(words.UsePlatform)
		}
		takes = append(takes, Item{Label: label, Intent: Intent{Verb: Take, Service: offer.Name}})
	}
	return takes
}

// platformItem offers the Python platform.
func platformItem(m Model) Item {
	return firstOf(Takes(m), func(name string) bool { return name == control.PlatformOffer })
}

// serverItem offers the first model server: the menu has one place for it.
func serverItem(m Model) Item {
	return firstOf(Takes(m), func(name string) bool { return name != control.PlatformOffer })
}

// firstOf is the first of the items whose name is wanted, or a hidden one.
func firstOf(items []Item, wanted func(name string) bool) Item {
	for _, item := range items {
		if wanted(item.Intent.Service) {
			return item
		}
	}
	return Item{Hidden: true}
}

// moveItem offers the first of them: the menu has one place for it.
func moveItem(m Model) Item {
	if moves := Moves(m); len(moves) > 0 {
		return moves[0]
	}
	return Item{Hidden: true}
}

// troubleItem offers something for the service that the first line is about, unless that has
// another way out.
func troubleItem(m Model, label words.Key, verb Verb) Item {
	if in := troubled(m); len(in) > 0 && in[0].Problem.FreePort == 0 && !in[0].Watched {
		return Item{Label: m.Language.Say(label, in[0].Title), Intent: Intent{Verb: verb, Service: in[0].Name}}
	}
	return Item{Hidden: true}
}

func uncleanLine(m Model) string {
	if m.Unclean == nil {
		return ""
	}
	return m.Language.Say(words.UncleanLine, m.Unclean.Line(m.Language, m.now()))
}

// noticeIntent opens where a notice can be dealt with.
func noticeIntent(m Model) Intent {
	if m.Notice != nil && slices.Contains([]words.Key{words.ServicesUnchanged, words.ServicesNotRead, words.ServicesGone}, m.Notice.What) {
		return Intent{Verb: EditServices}
	}
	return Intent{Verb: Notices}
}

func noticeLine(m Model) string {
	if m.Notice == nil {
		return ""
	}
	return m.Notice.Line(m.Language)
}

// labelUnits is how much of a label a menu shows, in UTF-16 units: more would make it wider
// than half of a small screen. The pages show the whole.
const labelUnits = 100

// fit cuts the labels of items and their submenus to what a menu can show.
func fit(items []Item) []Item {
	for i := range items {
		items[i].Label = words.Fit(items[i].Label, labelUnits)
		fit(items[i].Items)
	}
	return items
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
