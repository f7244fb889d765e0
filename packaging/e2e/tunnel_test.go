//go:build linux

package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	osuser "os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/services/web/webtest"
	"agents-tray/tray/traytest"
)

// startSSHServer starts a real one on loopback that lets this user in by a key, and returns the
// options of ssh for it. stop ends it, with the connections that it has, start begins it again.
func startSSHServer(t *testing.T) (options string, stop, start func()) {
	t.Helper()
	folder := t.TempDir()
	for _, key := range []string{"host", "user"} {
		if said, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(folder, key)).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v: %s", err, said)
		}
	}
	must(t, os.Rename(filepath.Join(folder, "user.pub"), filepath.Join(folder, "authorized_keys")))
	port := guardtest.FreePort(t)
	config := fmt.Sprintf("ListenAddress 127.0.0.1:%d\nHostKey %s/host\nAuthorizedKeysFile %s/authorized_keys\nStrictModes no\nPidFile none\nUsePAM no\nPermitRootLogin yes\n", port, folder, folder)
	must(t, os.WriteFile(filepath.Join(folder, "config"), []byte(config), 0o600))
	if os.Geteuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // where it leaves its rights
			t.Fatal(err)
		}
	}
	var server *exec.Cmd
	start = func() {
		server = exec.Command("/usr/sbin/sshd", "-D", "-e", "-f", filepath.Join(folder, "config"))
		must(t, server.Start())
	}
	stop = func() {
		if server != nil {
			killTree(server.Process.Pid)
			_ = server.Wait() // it was killed
			server = nil
		}
	}
	start()
	t.Cleanup(func() { stop() })
	me, err := osuser.Current()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("-i %s/user -p %d -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null %s@127.0.0.1", folder, port, me.Username), stop, start
}

// killTree kills a process and those that it has started.
func killTree(pid int) {
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid)) // it may have ended
	_ = syscall.Kill(pid, syscall.SIGKILL)
	for _, child := range strings.Fields(string(children)) {
		if pid, err := strconv.Atoi(child); err == nil {
			killTree(pid)
		}
	}
}

// The manual's recipe of a tunnel, through a real ssh: its page opens here, and when the other
// side is gone and comes back, so does it, however long that takes.
func TestATunnelThroughSSH(t *testing.T) {
	t.Parallel()
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "the far side") }))
	defer far.Close()
	options, stop, start := startSSHServer(t)
	u := newUser(t)
	u.WithServices(fmt.Sprintf(`  notebook:
    command: >-
      ssh -N -o BatchMode=yes -o ExitOnForwardFailure=yes -o ServerAliveInterval=15
      -L 127.0.0.1:%d:%s %s
    url: http://127.0.0.1:%d
    ready: {http: /}
    health: {http: /, interval: 100ms}
    restart: {give_up: never, max_delay: 100ms}
`, u.Chat, strings.TrimPrefix(far.URL, "http://"), options, u.Chat))
	p := u.launchExactly("ui")
	notebook := func(state manager.State) func(control.Status) bool {
		return func(s control.Status) bool { service, _ := s.Service("notebook"); return service.State == state }
	}
	p.Status("the tunnel stands", notebook(manager.Ready))
	if _, body := webtest.Request(t, "GET", u.URL(u.Chat), nil); body != "the far side" {
		t.Errorf("through the tunnel came %q", body)
	}
	stop()
	p.Status("the tunnel is lost", func(s control.Status) bool { return !notebook(manager.Ready)(s) })
	start()
	p.Status("the tunnel stands again", notebook(manager.Ready))
	u.Command("quit")
	p.CleanEnd()
}

// What runs elsewhere is watched and opened, and never started or stopped.
func TestAServiceThatIsOnlyWatched(t *testing.T) {
	t.Parallel()
	answers := make(chan bool, 1)
	answers <- true
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		now := <-answers
		answers <- now
		if !now {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer elsewhere.Close()
	u := newUser(t).withDesktop()
	u.WithServices(fmt.Sprintf("  models: {title: Model server, url: %q, health: {http: /, interval: 50ms, failures: 2}, open: true}\n  app: {command: sleep 601, depends_on: [models]}\n", elsewhere.URL))
	p := u.launchExactly()
	p.Status("both are there", func(s control.Status) bool { return runs(s, "models", "app") })
	click(t, p.Item(), "Open Model server")
	u.opens(elsewhere.URL)
	<-answers
	answers <- false
	p.Status("what needs it waits", is("app", manager.Waiting))
	u.Notifications.Wait(t.Context(), summary("Model server does not answer"))
	start := u.launchExactly("start", "app")
	if status := start.End(); status != 1 || !strings.Contains(start.Out.String(), "app waits for Model server: Model server does not answer") {
		t.Errorf("start: status %d, it says %q", status, start.Out.String())
	}
	<-answers
	answers <- true
	p.Status("both are back", func(s control.Status) bool { return runs(s, "models", "app") })
	for _, action := range []string{"start", "stop", "restart"} {
		u.fails(1, []string{action, "models"}, "Model server is only watched: what runs it is elsewhere")
	}
	p.Item().WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool {
		_, open := menu.Find("Services", "Model server", "Open")
		_, restart := menu.Find("Services", "Model server", "Restart")
		_, stop := menu.Find("Services", "Model server", "Stop")
		return open && !restart && !stop
	})
	if restart, open := u.Command("__complete", "restart", ""), u.Command("__complete", "open", ""); !strings.HasPrefix(restart, "app\n:") || !strings.HasPrefix(open, "models\n:") {
		t.Errorf("completion offers %q to restart, and %q to open", restart, open)
	}
	if said := u.Command("restart"); said != "app: ready\n" {
		t.Errorf("restart of all says %q", said)
	}
	click(t, p.Item(), "Quit")
	p.CleanEnd()
}
