package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// addresses are those of the services that the options and the file make.
func addresses(t *testing.T, o Options, f Folders) string {
	t.Helper()
	specs, err := Services(o, f)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range specs {
		if s.URL != "http://"+s.Listen || s.Builtin == "" || !s.Open {
			t.Errorf("%+v", s)
		}
		all = append(all, s.Name+" "+s.Listen)
	}
	return strings.Join(all, ", ")
}

func TestWithoutAFileTheBuiltinServicesRun(t *testing.T) {
	f := Folders{State: "/state", Config: t.TempDir()}
	for want, options := range map[string]Options{
		"dashboard 127.0.0.1:7861, chat 127.0.0.1:7860": {},
		"dashboard [::1]:7861, chat [::1]:7860":         {Host: "::1"},
		"dashboard 127.0.0.1:9000, chat 127.0.0.1:9001": {Host: "localhost", DashboardPort: 9000, ChatPort: 9001},
		"dashboard 127.0.0.1:7860":                      {DashboardPort: 7860, NoChat: true},
	} {
		if got := addresses(t, options, f); got != want {
			t.Errorf("%+v: %s", options, got)
		}
	}
	if _, err := Services(Options{ChatPort: 7861}, f); err == nil || !strings.Contains(said(err), "chat: listen: port 7861 is dashboard's already") {
		t.Errorf("one port for two: %v", err)
	}
	for host, fine := range map[string]bool{"127.9.9.9": true, "localhost": true, "0.0.0.0": false, "192.168.1.2": false, "example.org": false} {
		if _, err := Services(Options{Host: host}, f); (err == nil) != fine {
			t.Errorf("host %q: %v", host, err)
		}
	}
}

func TestWhatIsGivenGoesBeforeTheFile(t *testing.T) {
	file := write(t, "services: {talk: {builtin: chat, listen: 127.0.0.2:9000}, dash: {builtin: dashboard}}")
	for want, options := range map[string]Options{
		"talk 127.0.0.2:9000, dash 127.0.0.1:7861": {},
		"talk 127.0.0.2:9001, dash 127.0.0.1:9002": {ChatPort: 9001, DashboardPort: 9002},
		"talk [::1]:9000, dash [::1]:7861":         {Host: "::1"},
		"dash 127.0.0.1:7861":                      {NoChat: true},
	} {
		options.File = file
		if got := addresses(t, options, Folders{}); got != want {
			t.Errorf("%+v: %s", options, got)
		}
	}
	specs, err := Services(Options{File: file, DashboardPort: 9002}, Folders{})
	if err != nil || !slices.Contains(specs[0].Command, "http://127.0.0.1:9002") {
		t.Errorf("the Chat does not know the Dashboard: %v, %v", specs, err)
	}
}

func TestTheDefaultFile(t *testing.T) {
	f := Folders{Config: t.TempDir()}
	must(t, os.WriteFile(filepath.Join(f.Config, "services.yaml"), []byte("services: {talk: {builtin: chat}}"), 0o600))
	if got := addresses(t, Options{}, f); got != "talk 127.0.0.1:7860" {
		t.Error(got)
	}
	if specs, err := Services(Options{}, f); err != nil || slices.Contains(specs[0].Command, "--dashboard") {
		t.Errorf("there is no Dashboard: %v, %v", specs, err)
	}
	if _, err := Services(Options{NoChat: true}, f); err == nil || !strings.Contains(said(err), "--no-chat") {
		t.Errorf("nothing is left: %v", err)
	}
	if _, err := Services(Options{File: filepath.Join(f.Config, "other.yaml")}, f); err == nil || !strings.Contains(said(err), "other.yaml") {
		t.Errorf("a file that is named must be there: %v", err)
	}
	if _, err := Services(Options{File: f.Config}, f); err == nil {
		t.Error("a folder is no file")
	}
}

func TestWithoutTheChatNothingMayDependOnIt(t *testing.T) {
	file := write(t, "services:\n  chat: {builtin: chat}\n  dash: {builtin: dashboard, depends_on: [chat]}\n")
	_, err := Services(Options{File: file, NoChat: true}, Folders{})
	if err == nil || !strings.Contains(said(err), `:3:43: services.dash.depends_on.chat: there is no service "chat"`) {
		t.Errorf("%v", err)
	}
}
