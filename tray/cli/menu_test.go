package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"agents-tray/manager/config"
	"agents-tray/manager/control"
)

// asking is an instance with a menu, which asks back when it is told to quit.
type asking struct {
	control.Instance
	asks bool
}

func (a *asking) Menu() []control.MenuItem {
	on := true
	if !a.asks {
		return []control.MenuItem{
			{Label: "Running", Disabled: true}, {}, {Label: "Services", Items: []control.MenuItem{{Label: "Stop", Do: "stop chat"}, {Label: "Pause all", Do: "pause", Disabled: true}}},
			{Label: "Notifications", Do: "notifications off", Checked: &on}, {Label: "Quit", Do: "quit"},
		}
	}
	return []control.MenuItem{
		{Label: "Quit? 2 workflows are running", Disabled: true}, {Label: "Stop now and quit", Do: "quit-now"}, {Label: "Do not quit", Do: "keep-running"}, {Label: "Services"},
	}
}

func (a *asking) Choose(do string) error {
	switch do {
	case "quit":
		a.asks = true
	case "stop chat":
	default:
		return control.ErrNoItem
	}
	return nil
}

func (a *asking) Text(do string) (string, error) {
	if do != "diagnosis" {
		return "", control.ErrNoItem
	}
	return "State: running\nChat: ready\n", nil
}

func serving(t *testing.T) config.Folders {
	t.Helper()
	folders := someFolders(t)
	listener, address, err := control.Listen(folders.Runtime)
	if err != nil {
		t.Fatal(err)
	}
	server := control.Serve(listener, address, &asking{})
	t.Cleanup(server.Close)
	must(t, address.Write(folders.Control()))
	return folders
}

func TestMenu(t *testing.T) {
	var out strings.Builder
	must(t, printCurrentMenu(t.Context(), &out, serving(t)))
	const want = `Running

Services
    Stop            agents-tray do stop chat
    Pause all
[x] Notifications   agents-tray do notifications off
Quit                agents-tray do quit
`
	if out.String() != want {
		t.Errorf("it printed\n%s\nwant\n%s", out.String(), want)
	}
}

func TestChoose(t *testing.T) {
	folders := serving(t)
	for _, test := range []struct{ words, says, fails string }{
		{"stop chat", "", ""},
		{"diagnosis", "State: running\nChat: ready\n", ""},
		{"stop", "", "no such item now: stop. agents-tray menu"},
		{"quit", "Quit? 2 workflows are running\nStop now and quit   agents-tray do quit-now\nDo not quit         agents-tray do keep-running\n", ""},
	} {
		var out strings.Builder
		err := choose(t.Context(), &out, folders, strings.Fields(test.words))
		if out.String() != test.says || test.fails == "" && err != nil || test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)) {
			t.Errorf("%s printed %q, %v", test.words, out.String(), err)
		}
	}
	if err := choose(t.Context(), &strings.Builder{}, someFolders(t), []string{"quit"}); !errors.Is(err, control.ErrNotRunning) {
		t.Errorf("without an instance: %v", err)
	}
}

// An instance that is suspended is not told to be gone.
func TestASilentInstanceRuns(t *testing.T) {
	if err := unanswered(fmt.Errorf("status: %w", control.ErrSilent)); !errors.Is(err, control.ErrSilent) || errors.Is(err, control.ErrNotRunning) {
		t.Errorf("it is told: %v", err)
	}
	if err := unanswered(errors.New("connection refused")); !errors.Is(err, control.ErrNotRunning) {
		t.Errorf("of one that is gone: %v", err)
	}
}
