//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/packaging/e2e/harness"
	"agents-tray/services/web/webtest"
	"agents-tray/tray/traytest"
)

// A computer has programs that can be offered: see standIn.
type computer struct {
	*user
	bin    string
	ollama string // host:port
}

// usualPorts is held by the test that uses the ports of the Python platform, which a services file
// that is written for it has.
var usualPorts sync.Mutex

// withPrograms installs stand-ins by these names. Ollama would listen at an address of its own.
func (u *user) withPrograms(names ...string) *computer {
	u.T.Helper()
	if slices.Contains(names, "configurable-agents") {
		usualPorts.Lock()
		u.T.Cleanup(usualPorts.Unlock)
	}
	c := &computer{u, filepath.Join(u.Folder, "bin"), guardtest.FreeAddress(u.T)}
	self, err := os.Executable()
	if err == nil {
		err = os.Mkdir(c.bin, 0o700)
	}
	for _, name := range names {
		if err == nil {
			err = os.Symlink(self, filepath.Join(c.bin, name))
		}
	}
	if err != nil {
		u.T.Fatal(err)
	}
	return c
}

// launch starts the program where it finds these.
func (c *computer) launch(args ...string) *program {
	c.T.Helper()
	p := c.prepare(args...)
	for i, variable := range p.Env {
		if path, ok := strings.CutPrefix(variable, "PATH="); ok {
			p.Env[i] = "PATH=" + c.bin + ":" + path
		}
	}
	p.Env = append(p.Env, "OLLAMA_HOST="+c.ollama)
	p.Dir = c.Folder
	p.Start()
	return p
}

// services is the services file, "" if there is none.
func (c *computer) services() string {
	text, err := os.ReadFile(filepath.Join(c.Folder, "config", "agents-tray", "services.yaml"))
	if err != nil && !os.IsNotExist(err) {
		c.T.Fatal(err)
	}
	return string(text)
}

// startElsewhere starts a stand-in as no service of ours.
func (c *computer) startElsewhere(name string, args ...string) *exec.Cmd {
	c.T.Helper()
	command := exec.Command(filepath.Join(c.bin, name), args...)
	command.Env = append(os.Environ(), "OLLAMA_HOST="+c.ollama)
	out, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		c.T.Fatal(err)
	}
	c.T.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait() // it was killed
	})
	if _, err := out.Read(make([]byte, 100)); err != nil { // it is about to listen
		c.T.Fatal(err)
	}
	return command
}

// usesPlatform reports whether the platform is what runs: its pages, as far as their ports are
// free on this computer, and our own beside them.
func usesPlatform(s control.Status) bool {
	home, _ := s.Service("home")
	for _, name := range []string{"dashboard", "chat"} {
		page, there := s.Service(name)
		taken := page.State == manager.Failed && page.Problem.Kind == manager.PortHeld
		if !there || page.State != manager.Ready && !taken {
			return false
		}
	}
	return home.State == manager.Ready && len(s.Services) == 3
}

// The platform that is found is offered in the menu while there is no services file; chosen, it
// is written into one, which counts at once and at the next start.
func TestThePlatformIsOfferedInTheMenu(t *testing.T) {
	t.Parallel()
	c := newUser(t).withDesktop().withPrograms("configurable-agents")
	p := c.launch().ready()
	item := p.Item()
	click(t, item, "Settings", "Use the Python platform…")
	told := c.Notifications.Wait(t.Context(), summary("The Python platform starts"))
	if !strings.Contains(told.Body, "services.yaml has its Dashboard and Chat") {
		t.Errorf("it says %q", told.Body)
	}
	p.Status("the platform runs", usesPlatform)
	if file, want := c.services(), "command: ["+filepath.Join(c.bin, "configurable-agents")+", dashboard, "; !strings.Contains(file, want) {
		t.Errorf("the file is\n%s", file)
	}
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool {
		_, offered := menu.Find("Settings", "Use the Python platform…")
		_, home := menu.Find("Services", "Home", "Open")
		_, whole := menu.Find("Quit")
		return home && whole && !offered
	})
	click(t, item, "Quit")
	p.CleanEnd()
	p = c.launch("ui")
	p.Status("it runs again", usesPlatform)
	c.Command("quit")
	p.CleanEnd()
}

// The same on the Dashboard's front page, which is Home from then on.
func TestThePlatformIsOfferedOnThePage(t *testing.T) {
	t.Parallel()
	c := newUser(t).withPrograms("configurable-agents")
	p := c.launch("ui").ready()
	b := webtest.Open(t, 1280, c.URL(c.Dashboard))
	b.Allow("net::ERR_") // while it becomes another process
	b.Shows("The Python platform is installed here")
	b.Click("#take")
	p.Status("the platform runs", usesPlatform)
	b.Until(`!document.querySelector("#offer") && document.querySelector("#service-home")`)
	if home := webtest.Eval[string](b, "location.origin"); home != c.URL(c.Dashboard) { // which the option says
		t.Errorf("the page is at %s", home)
	}
	if again, err := c.client().Take(t.Context(), control.PlatformOffer); err != nil || again.Page != c.URL(c.Dashboard) {
		t.Errorf("asked once more, as browsers do when the answer is cut off: %+v, %v", again, err)
	}
	c.Command("quit")
	p.CleanEnd()
}

// With a services file nothing is offered in its place, nor is what is not found.
func TestNoPlatformIsOfferedBesideAFile(t *testing.T) {
	t.Parallel()
	c := newUser(t).withPrograms("configurable-agents")
	c.WithServices("  a: {command: sleep 601}\n")
	p := c.launch("ui").ready()
	client := c.client()
	if offers, err := client.Offers(t.Context()); err != nil || offersHave(offers, control.PlatformOffer) {
		t.Errorf("it offers %+v (%v)", offers, err)
	}
	if _, err := client.Take(t.Context(), control.PlatformOffer); err == nil || !strings.Contains(c.services(), "sleep 601") || strings.Contains(c.services(), "configurable-agents") {
		t.Errorf("taken all the same (%v):\n%s", err, c.services())
	}
	c.Command("quit")
	p.CleanEnd()
}

func offersHave(offers []control.Offer, name string) bool {
	return slices.ContainsFunc(offers, func(o control.Offer) bool { return o.Name == name })
}

// Ollama that is installed and does not run is started by one click, and is back at every start.
func TestOllamaIsStartedFromTheMenu(t *testing.T) {
	t.Parallel()
	c := newUser(t).withDesktop().withPrograms("ollama")
	p := c.launch().ready()
	item := p.Item()
	before := p.Status("it runs", func(s control.Status) bool { return runs(s, "dashboard", "chat") })
	click(t, item, "Services", "Start Ollama")
	after := p.Status("Ollama runs", func(s control.Status) bool { return runs(s, "dashboard", "chat", "ollama") })
	for _, name := range []string{"dashboard", "chat"} {
		if pidOf(before, name) != pidOf(after, name) {
			t.Errorf("%s was restarted", name)
		}
	}
	c.Notifications.Wait(t.Context(), summary("Ollama starts"))
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool {
		_, offered := menu.Find("Services", "Start Ollama")
		_, there := menu.Find("Services", "Ollama", "Restart")
		_, whole := menu.Find("Quit")
		return there && whole && !offered
	})
	click(t, item, "Quit")
	p.CleanEnd()
	p = c.launch("ui")
	p.Status("Ollama is back", func(s control.Status) bool { return runs(s, "dashboard", "chat", "ollama") })
	c.Command("quit")
	p.CleanEnd()
}

// From the Chat's page the same: the file keeps what somebody has written into it, and the first
// question is answered.
func TestOllamaIsStartedFromTheChat(t *testing.T) {
	t.Parallel()
	c := newUser(t).withPrograms("ollama")
	mine := fmt.Sprintf("  talk: {builtin: chat, listen: 127.0.0.1:%d} # mine\n  # and a job\n  job:\n    command: sleep 601\n\n# the end\n", c.Chat)
	c.WithServices(mine)
	p := c.launch("ui").ready()
	b := webtest.Open(t, 1280, c.URL(c.Chat))
	b.Shows("Ollama is installed on this computer, and does not run.")
	b.Click("[data-start-server]")
	b.Shows("tiny:latest")
	p.Status("Ollama runs", func(s control.Status) bool { return runs(s, "talk", "job", "ollama") })
	if file := c.services(); !strings.HasPrefix(file, "services:\n"+strings.TrimSuffix(mine, "\n# the end\n")+"  ollama:\n") || !strings.HasSuffix(file, "\n\n# the end\n") {
		t.Errorf("the file is\n%s", file)
	}
	conversation := post(t, c.URL(c.Chat)+"/api/conversations", map[string]string{"text": "Hello"})["id"]
	answered := webtest.Open(t, 1280, c.URL(c.Chat)+"/c/"+conversation)
	answered.Shows("Good day")
	for _, tab := range []*webtest.Tab{b, answered} {
		tab.Allow("net::ERR_") // they outlive what serves them
	}
	c.Command("quit")
	p.CleanEnd()
}

// Ollama that somebody else has started is not offered; one that was started since is watched,
// and not started twice.
func TestOllamaIsNotStartedTwice(t *testing.T) {
	t.Parallel()
	c := newUser(t).withDesktop().withPrograms("ollama")
	p := c.launch().ready()
	item := p.Item()
	item.WaitEnabled(t.Context(), "Services", "Start Ollama")
	c.startElsewhere("ollama", "serve")
	wait(t, patience, "the other Ollama to answer", func() bool { return harness.Listens(c.ollama) })
	click(t, item, "Services", "Start Ollama")
	c.Notifications.Wait(t.Context(), summary("Ollama runs already"))
	status := p.Status("it is watched", func(s control.Status) bool { return runs(s, "dashboard", "chat", "ollama") })
	if service, _ := status.Service("ollama"); !service.Watched || service.PID != 0 {
		t.Errorf("it is %+v", service)
	}
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool {
		_, there := menu.Find("Services", "Ollama")
		_, whole := menu.Find("Quit")
		return there && whole
	})
	click(t, item, "Quit")
	p.CleanEnd()

	other := newUser(t).withPrograms("ollama")
	other.ollama = c.ollama
	p = other.launch("ui").ready()
	if offers, err := other.client().Offers(t.Context()); err != nil || offersHave(offers, "ollama") {
		t.Errorf("it offers %+v (%v)", offers, err)
	}
	other.Command("quit")
	p.CleanEnd()
}

// A port that the platform has is not just taken.
func TestThePlatformThatRunsElsewhereIsNamed(t *testing.T) {
	t.Parallel()
	c := newUser(t).withDesktop().withPrograms("configurable-agents")
	elsewhere := c.startElsewhere("configurable-agents", "chat", "--host", "127.0.0.1", "--port", fmt.Sprint(c.Chat))
	wait(t, patience, "the platform to answer", func() bool { return harness.Listens(fmt.Sprintf("127.0.0.1:%d", c.Chat)) })
	p := c.launch()
	item := p.Item()
	line := fmt.Sprintf("Port %d is taken by the Python platform (pid %d)", c.Chat, elsewhere.Process.Pid)
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool { return menu.Children[0].Label == line })
	told := c.Notifications.Wait(t.Context(), summary(line))
	webtest.Contains(t, told.Body, "started outside of Configurable Agents", "Stop it where it was started", "agents-tray init --python")
	click(t, item, "Quit")
	p.ends(0)
}
