package tray

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"agents-tray/icons"
	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/tray/autostart"
	"agents-tray/tray/words"
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
		if item.Checkable {
			line = map[bool]string{true: "[x] ", false: "[ ] "}[item.Checked] + line
		}
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
	return Model{Now: at(15, 0), Snapshot: manager.Snapshot{Phase: phase, Services: services}, Version: "v1.2.3", Notifications: true}
}

// at is a time of day, in the local zone that menus speak of.
func at(hour, minute int) time.Time { return time.Date(2026, 5, 4, hour, minute, 0, 0, time.Local) }

// killed is a kill after 14:03 on that day of May.
func killed(day int) *words.Unclean {
	return &words.Unclean{End: words.EndKill, Cause: words.CauseKill, At: time.Date(2026, 5, day, 14, 3, 0, 0, time.Local)}
}

// offers are the platform and two model servers, for one of which there is room.
var offers = []control.Offer{
	{Name: control.PlatformOffer, Title: "Python platform"}, {Name: "ollama", Title: "Ollama"}, {Name: "lm-studio", Title: "LM Studio"},
}

var damaged = &words.Notice{What: words.RecordDamaged, More: words.RecordBegun}

// models are the situations whose menus stand in testdata/menus.
func models() map[string]Model {
	running := func(change func(*Model)) Model {
		m := model(manager.PhaseRunning, services(manager.Ready, manager.Ready))
		change(&m)
		return m
	}
	held := services(manager.Ready, manager.Failed)
	held[1].Problem = &manager.Problem{Kind: manager.PortHeld, Title: "Chat", Port: 7860, Holder: &manager.Process{Name: "node", PID: 812}, FreePort: 7862}
	crashing := services(manager.Ready, manager.Failed)
	crashing[1].Problem = &manager.Problem{Kind: manager.CrashLoop, Title: "Chat", Exit: &manager.Exit{Code: 1}}
	both := services(manager.Failed, manager.Failed)
	both[0].Problem, both[1].Problem = &manager.Problem{Kind: manager.NotReady, Title: "Dashboard", Exit: &manager.Exit{Ended: true}}, crashing[1].Problem
	waiting := services(manager.Starting, manager.Waiting)
	waiting[1].WaitsFor = "Dashboard"
	slow := model(manager.PhaseStarting, waiting)
	slow.Usual = 2300 * time.Millisecond
	german := model(manager.PhaseTrouble, held)
	german.Language, german.Unclean, german.AtLogin = words.German, killed(4), autostart.On
	return map[string]Model{
		"starting":      model(manager.PhaseStarting, waiting),
		"starting-slow": slow,
		"running":       running(func(*Model) {}),
		"stopped":       model(manager.PhaseRunning, services(manager.Ready, manager.Stopped)),
		"port-held":     model(manager.PhaseTrouble, held),
		"crashing":      model(manager.PhaseTrouble, crashing),
		"both-crashing": model(manager.PhaseTrouble, both),
		"unclean":       running(func(m *Model) { m.Unclean = killed(4) }),
		"asks": running(func(m *Model) {
			m.Services, m.Unclean, m.Asks = services(manager.Ready, manager.Stopped), killed(4), true
		}),
		"notice": running(func(m *Model) { m.Notice = damaged }),
		"no-page": running(func(m *Model) {
			m.Services = append(m.Services, manager.Service{Name: "worker", Title: "My_worker & co", State: manager.BackingOff})
		}),
		"watched": func() Model { // it cannot be started or stopped here
			m := model(manager.PhaseTrouble, services(manager.Ready, manager.Ready))
			gone := &manager.Problem{Kind: manager.NotAnswering, Title: "Model server", Answer: &manager.Answer{Kind: manager.AnswerRefused}}
			m.Services = append(m.Services, manager.Service{Name: "gpu", Title: "Model server", URL: "http://gpu:8000", Open: true, State: manager.Starting, Watched: true, Problem: gone})
			return m
		}(),
		"unclean-yesterday": running(func(m *Model) { m.Unclean = killed(3) }),
		"killed-at-stop": running(func(m *Model) {
			m.Services = services(manager.Ready, manager.Stopped)
			m.Services[1].LastExit = &manager.Exit{Code: -1, Signal: "SIGKILL", Asked: true, Ended: true, Grace: 5 * time.Second}
		}),
		"still-starting": func() Model {
			m := model(manager.PhaseTrouble, services(manager.Ready, manager.Starting))
			m.Services[1].Problem = &manager.Problem{Kind: manager.NotReady, Title: "Chat", Waited: 30 * time.Second, Proof: manager.ProofHTTP, Expected: "http://127.0.0.1:7860"}
			return m
		}(),
		"long": func() Model {
			title := "Model server of the department for " + strings.Repeat("very ", 30) + "large models"
			m := model(manager.PhaseTrouble, services(manager.Ready, manager.Failed))
			m.Services[1].Title, m.Services[1].Problem = title, &manager.Problem{Kind: manager.CrashLoop, Title: title}
			return m
		}(),
		"german-unclean": running(func(m *Model) {
			m.Language, m.Unclean, m.Notice = words.German, killed(3), damaged
			m.Unclean.End = words.EndRestart
		}),
		"german-crashing": func() Model {
			m := model(manager.PhaseTrouble, both)
			m.Language = words.German
			return m
		}(),
		"stopping": model(manager.PhaseStopping, services(manager.Stopping, manager.Stopped)),
		"paused": func() Model {
			m := model(manager.PhaseStopped, services(manager.Stopped, manager.Stopped))
			m.Paused = true
			return m
		}(),
		"all-stopped": model(manager.PhaseStopped, services(manager.Stopped, manager.Completed)),
		"settings":    running(func(m *Model) { m.AtLogin, m.Notifications = autostart.On, false }),
		"quit-asked": running(func(m *Model) {
			m.Workflows, m.Quitting = []string{"Nightly report", "Import"}, &Quitting{Deadline: at(14, 5)}
		}),
		"quit-after": running(func(m *Model) {
			m.Workflows, m.Quitting = []string{"Import"}, &Quitting{Decided: true, Deadline: at(14, 33)}
		}),
		"german":        german,
		"offers":        running(func(m *Model) { m.Offers = offers }),
		"german-offers": running(func(m *Model) { m.Language, m.Offers = words.German, offers }),
		"german-quit": running(func(m *Model) {
			m.Language, m.Workflows, m.Quitting = words.German, []string{"Import"}, &Quitting{Deadline: at(14, 5)}
		}),
	}
}

func TestMenus(t *testing.T) {
	for name, m := range models() {
		got, file := text(Menu(m), ""), filepath.Join("testdata", "menus", name+".txt")
		if *update {
			must(t, os.WriteFile(file, []byte(got), 0o666))
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
			continue // of other services
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

// The icon and its words tell the same: no icon stands for what its title does not say.
func TestTheIconAndItsWords(t *testing.T) {
	all := models()
	for name, want := range map[string]struct {
		icon  icons.State
		title string
	}{
		"starting":      {icons.Starting, "Starting…"},
		"starting-slow": {icons.Starting, "Starting… usually 2 s"},
		"running":       {icons.Running, "Running"},
		"stopped":       {icons.Running, "Running"},
		"all-stopped":   {icons.Stopped, "Stopped"},
		"port-held":     {icons.Attention, "Port 7860 is taken by node (pid 812)"},
		"crashing":      {icons.Attention, "Chat keeps crashing"},
		"unclean":       {icons.Attention, "Running. Last session ended unexpectedly"},
		"asks":          {icons.Attention, "Nothing was started. Last session ended unexpectedly"},
		"paused":        {icons.Stopped, "Paused"},
		"stopping":      {icons.Stopped, "Stopping…"},
		"quit-asked":    {icons.Attention, "Quit? 2 workflows are running (answer by 14:05)"},
		"quit-after":    {icons.Attention, "Quits after a workflow, at 14:33 at the latest"},
		"german":        {icons.Attention, "Port 7860 ist von node belegt (PID 812)"},
	} {
		if got := iconState(all[name]); got != want.icon {
			t.Errorf("%s shows %s, want %s", name, got, want.icon)
		}
		if got := Title(all[name]); got != "Configurable Agents – "+want.title {
			t.Errorf("%s says %q, want %q", name, got, want.title)
		}
	}
}

// What a person types in a terminal is never two things.
func TestIntentsInWords(t *testing.T) {
	for name, m := range models() {
		seen := map[string]Intent{}
		for _, item := range flatten(Menu(m)) {
			if item.Intent == (Intent{}) || item.Hidden {
				continue
			}
			words := item.Intent.String()
			if other, twice := seen[words]; twice && other != item.Intent {
				t.Errorf("%s: %q is %+v and %+v", name, words, item.Intent, other)
			}
			seen[words] = item.Intent
		}
	}
	for want, intent := range map[string]Intent{
		"open chat": {Verb: Open, Service: "chat"}, "move chat 7862": {Verb: Move, Service: "chat", Port: 7862},
		"quit": {Verb: Quit}, "at-login on": {Verb: AtLogin, On: true}, "notifications off": {Verb: Notifications},
	} {
		if got := intent.String(); got != want {
			t.Errorf("%+v is %q, want %q", intent, got, want)
		}
	}
}

// Every line of the menu is said in German, too: none is the English one, but names.
func TestTheMenuSpeaksGerman(t *testing.T) {
	for name, m := range models() {
		same := map[string]bool{}
		for _, service := range m.Services {
			same[words.Fit(service.Title, labelUnits)] = true
		}
		m.Language = words.English
		english := flatten(Menu(m))
		m.Language = words.German
		for i, item := range flatten(Menu(m)) {
			if item.Label != "" && item.Label == english[i].Label && !same[item.Label] && !item.Hidden {
				t.Errorf("%s: %q stands in the German menu", name, item.Label)
			}
		}
	}
}

// No line is longer than a menu can show, whatever services are called.
func TestLabelsFit(t *testing.T) {
	for name, m := range models() {
		for language := range words.German + 1 {
			m.Language = language
			for _, item := range flatten(Menu(m)) {
				if n := len(utf16.Encode([]rune(item.Label))); n > labelUnits {
					t.Errorf("%s: %q has %d units", name, item.Label, n)
				}
			}
		}
	}
}

// must ends the test if something that it needs has failed.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
