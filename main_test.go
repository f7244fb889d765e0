//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/services/web/webtest"
	"agents-tray/tray/traytest"
)

// patience bounds every wait; nothing here takes as long unless it is broken.
const patience = 30 * time.Second

// deadline is when nothing may be left after a kill: the guard's grace and a second.
const deadline = manager.Grace + time.Second

// binary builds the program once, with the race detector if the tests have it.
var binary = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "agents-tray-test-*")
	if err != nil {
		return "", err
	}
	args := []string{"build", "-o", folder + "/agents-tray"}
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, ".")...).CombinedOutput()
	if err != nil {
		return folder, fmt.Errorf("go %v: %w\n%s", args, err, out)
	}
	return folder + "/agents-tray", nil
})

func TestMain(m *testing.M) {
	guardtest.Main(guard.Main)
	status := m.Run()
	webtest.Stop()
	if path, err := binary(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(status)
}

// user is somebody with folders, ports and perhaps a desktop of their own.
type user struct {
	t               testing.TB
	folder          string
	dashboard, chat int
	system          string // address of the system's bus
	bus             *traytest.Bus
	panel           *traytest.Host
	notifications   *traytest.Notifications
	browser         *traytest.Browser
	language        string // a locale; empty: none is chosen
}

// newUser makes a user without a desktop.
func newUser(t testing.TB) *user {
	u := &user{t: t, folder: t.TempDir(), dashboard: freePort(t), chat: freePort(t)}
	u.system = "unix:path=" + filepath.Join(u.folder, "no-system-bus")
	for _, name := range []string{"state", "config", "run"} {
		if err := os.Mkdir(filepath.Join(u.folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { guardtest.NothingLeft(t, u.mark(), deadline) })
	return u
}

// withDesktop gives the user a session bus, a panel, notifications and a browser.
func (u *user) withDesktop() *user {
	u.bus = traytest.StartBus(u.t)
	u.panel = u.bus.StartHost(u.t)
	u.notifications = u.bus.StartNotifications(u.t)
	u.browser = traytest.FakeBrowser(u.t)
	return u
}

// mark is in the environment of everything the user's program starts.
func (u *user) mark() string { return "XDG_STATE_HOME=" + filepath.Join(u.folder, "state") }

func (u *user) state(name string) string {
	return filepath.Join(u.folder, "state", "agents-tray", name)
}

// address is where the running instance answers.
func (u *user) address() (control.Address, error) {
	return control.ReadAddress(u.state("control.json"), filepath.Join(u.folder, "run", "agents-tray", "control.json"))
}

func (u *user) environment() []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + u.folder, u.mark(),
		"GORACE=exitcode=0 atexit_sleep_ms=0", // ourRaces judges: the tray library has one of its own
		"XDG_CONFIG_HOME=" + filepath.Join(u.folder, "config"),
		"XDG_RUNTIME_DIR=" + filepath.Join(u.folder, "run"),
		"DBUS_SYSTEM_BUS_ADDRESS=" + u.system,
		"LANG=" + u.language,
	}
	if u.bus != nil {
		env[0] = "PATH=" + u.browser.Dir + ":" + os.Getenv("PATH")
		env = append(env, "DBUS_SESSION_BUS_ADDRESS="+u.bus.Address)
	}
	return env
}

// program is a started agents-tray.
type program struct {
	*exec.Cmd
	u     *user
	out   output
	ended chan struct{}
}

// output is what a program has printed so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(data []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(data)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// launch starts the program with the user's ports.
func (u *user) launch(args ...string) *program {
	u.t.Helper()
	return u.launchExactly(append(args, "--dashboard-port", fmt.Sprint(u.dashboard), "--chat-port", fmt.Sprint(u.chat))...)
}

func (u *user) launchExactly(args ...string) *program {
	u.t.Helper()
	path, err := binary()
	if err != nil {
		u.t.Fatal(err)
	}
	return u.launchProgram(path, nil, args...)
}

// launchProgram starts any build of the program, with more in its environment.
func (u *user) launchProgram(path string, environment []string, args ...string) *program {
	u.t.Helper()
	p := &program{Cmd: exec.Command(path, args...), u: u, ended: make(chan struct{})}
	p.Env, p.Stdout, p.Stderr = append(u.environment(), environment...), &p.out, &p.out
	p.WaitDelay = time.Second
	if err := p.Start(); err != nil {
		u.t.Fatal(err)
	}
	go func() {
		_ = p.Wait() // its status is in ProcessState
		close(p.ended)
	}()
	u.t.Cleanup(func() {
		_ = p.Process.Signal(syscall.SIGTERM) // ended already, most often
		p.end()
		for _, race := range ourRaces(p.out.String()) {
			u.t.Error(race)
		}
		if u.t.Failed() {
			u.t.Logf("agents-tray %v printed:\n%s", args, p.out.String())
		}
	})
	return p
}

// end waits for the program's end and returns its exit status.
func (p *program) end() int {
	p.u.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.Process.Signal(syscall.SIGQUIT) // the stacks tell why
		p.u.t.Errorf("agents-tray did not end")
		<-p.ended
	}
	return p.ProcessState.ExitCode()
}

// ready waits until both services answer.
func (p *program) ready() *program {
	p.u.t.Helper()
	p.status("both services are ready", func(s control.Status) bool {
		return len(s.Services) > 0 && !slices.ContainsFunc(s.Services, func(s manager.Service) bool { return s.State != manager.Running })
	})
	return p
}

// status returns the program's state when it is as wanted.
func (p *program) status(what string, wanted func(control.Status) bool) control.Status {
	p.u.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var last control.Status
	for ctx.Err() == nil {
		address, err := p.u.address()
		if err == nil {
			watch, found := context.WithCancel(ctx)
			_ = control.NewClient(address).Watch(watch, func(s control.Status) { // ends when found
				if last = s; wanted(s) {
					found()
				}
			})
			seen := watch.Err() != nil && ctx.Err() == nil
			found()
			if seen {
				return last
			}
		}
		select {
		case <-p.ended:
			p.u.t.Fatalf("agents-tray ended before %s:\n%s", what, p.out.String())
		case <-time.After(5 * time.Millisecond): // it has not written its address yet
		}
	}
	state, _ := json.MarshalIndent(last, "", "  ") // for the message only
	p.u.t.Fatalf("waited in vain until %s:\n%s\n%s", what, state, p.out.String())
	return last
}

// cleanEnd asserts that the program ended with status 0 and left nothing.
func (p *program) cleanEnd() {
	p.u.t.Helper()
	if status := p.end(); status != 0 {
		p.u.t.Errorf("exit status %d", status)
	}
	p.u.nothingLeft()
}

// ourRaces returns the race detector's reports of accesses in our code. The tray
// library and the D-Bus library race with themselves: with the panel's questions about
// what is being set.
func ourRaces(printed string) []string {
	libraries := []string{"fyne.io/systray.", "github.com/godbus/dbus/"}
	var ours []string
	for _, report := range strings.Split(printed, "==================") {
		if !strings.Contains(report, "DATA RACE") {
			continue
		}
		for _, stack := range strings.Split(report, "\n\n")[:2] { // the two accesses
			for frame := range strings.Lines(stack) {
				frame = strings.TrimSpace(frame)
				if slices.ContainsFunc(libraries, func(l string) bool { return strings.HasPrefix(frame, l) }) {
					break
				}
				if strings.HasPrefix(frame, "agents-tray/") || strings.HasPrefix(frame, "main.") {
					ours = append(ours, report)
					break
				}
			}
		}
	}
	return ours
}

// nothingLeft asserts that no process, socket, lock or open port is left.
func (u *user) nothingLeft() {
	u.t.Helper()
	guardtest.NothingLeft(u.t, u.mark(), time.Second)
	for _, file := range []string{u.state("control.json"), u.state("instance.lock")} {
		if _, err := os.Lstat(file); !errors.Is(err, os.ErrNotExist) {
			u.t.Errorf("%s is left (%v)", file, err)
		}
	}
	u.noSocket()
	for _, port := range []int{u.dashboard, u.chat} {
		if listens(port) {
			u.t.Errorf("port %d still takes connections", port)
		}
	}
}

// listens reports whether somebody takes connections on a port. That it cannot be bound
// would prove less: any program's connection may have been given its number.
func listens(port int) bool {
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	defer conn.Close()
	return conn.LocalAddr().String() != conn.RemoteAddr().String() // else it has met itself
}

// noSocket asserts that no control socket is left.
func (u *user) noSocket() {
	u.t.Helper()
	left, err := os.ReadDir(filepath.Join(u.folder, "run", "agents-tray"))
	if err != nil && !errors.Is(err, os.ErrNotExist) || len(left) > 0 {
		u.t.Errorf("left in the runtime folder: %v (%v)", left, err)
	}
}

func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func (u *user) url(port int) string { return fmt.Sprintf("http://127.0.0.1:%d", port) }

// item waits for the program's tray icon.
func (p *program) item() *traytest.Item {
	p.u.t.Helper()
	return p.u.panel.WaitItem(p.u.t.Context(), p.Process.Pid)
}

func TestFromLaunchToQuit(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch()
	item := p.item()
	item.WaitLabel(t.Context(), "Running")
	const menu = `Running (disabled)
─────
Open Dashboard
Open Chat
─────
Services ▸
    Dashboard ▸
        Running at DASHBOARD (disabled)
        Open
        Copy address
        Restart
        Stop
        Show log
    Chat ▸
        Running at CHAT (disabled)
        Open
        Copy address
        Restart
        Stop
        Show log
    ─────
    Restart all
    Pause all
Session history…
Settings ▸
    [ ] Start at login
    [x] Notifications
    Edit services…
About ▸
    Configurable Agents, version VERSION (disabled)
    Copy diagnosis
─────
Quit
`
	got := strings.NewReplacer(strings.TrimPrefix(u.url(u.dashboard), "http://"), "DASHBOARD", strings.TrimPrefix(u.url(u.chat), "http://"), "CHAT",
		p.status("it answers", func(control.Status) bool { return true }).Version, "VERSION").Replace(item.Text())
	if got != menu {
		t.Errorf("the menu is\n%s", got)
	}
	if id := item.Properties().ID; id != "agents-tray" {
		t.Errorf("the icon's lasting identity is %q", id)
	}
	for label, want := range map[string]struct{ url, text string }{
		"Open Dashboard": {u.url(u.dashboard), "Chat"},
		"Open Chat":      {u.url(u.chat), "Send"},
	} {
		if err := item.Click(label); err != nil {
			t.Fatal(err)
		}
		url := u.browser.Wait(t.Context())
		if url != want.url {
			t.Errorf("%s opened %s", label, url)
		}
		if text := pageText(t, url); !strings.Contains(text, want.text) {
			t.Errorf("the page at %s reads %q", url, text)
		}
	}
	for service, port := range map[string]int{"dashboard": u.dashboard, "chat": u.chat} {
		response, err := http.Get(u.url(port) + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != 200 || !strings.Contains(string(body), service) {
			t.Errorf("%s: %s %s", service, response.Status, body)
		}
	}
	if err := item.Click("Quit"); err != nil {
		t.Fatal(err)
	}
	p.cleanEnd()
	item.WaitGone(t.Context())
	if urls := u.browser.URLs(); len(urls) != 2 {
		t.Errorf("the browser was opened for %v", urls)
	}
	if all := u.notifications.All(); len(all) != 0 {
		t.Errorf("a quiet session showed %+v", all)
	}
}

// pageText is what a page says in Chromium.
func pageText(t *testing.T, url string) string {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(traytest.Need(t, "chromium")), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, patience)
	defer cancel()
	err := chromedp.Do(ctx, chromedp.Navigate(url))
	var text string
	if err == nil {
		text, err = chromedp.Run(ctx, chromedp.Text("body"))
	}
	if err != nil {
		t.Fatalf("open %s in Chromium: %v", url, err)
	}
	return text
}

func TestSignalsStopEverything(t *testing.T) {
	for _, form := range []string{"tray", "ui"} {
		for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
			t.Run(form+" "+signal.String(), func(t *testing.T) {
				t.Parallel()
				u := newUser(t)
				var p *program
				if form == "tray" {
					p = u.withDesktop().launch()
				} else {
					p = u.launch("ui")
				}
				p.ready()
				if err := p.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
				p.cleanEnd()
			})
		}
	}
}

// "agents-tray ui | tee log": Ctrl-C ends the reader first.
func TestWithoutAReaderOfItsOutputItEndsCleanly(t *testing.T) {
	u := newUser(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{Cmd: exec.Command(path, "ui", "--dashboard-port", fmt.Sprint(u.dashboard), "--chat-port", fmt.Sprint(u.chat)), u: u, ended: make(chan struct{})}
	p.Env, p.Stdout = u.environment(), write
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	go func() {
		_ = p.Wait() // its status is in ProcessState
		close(p.ended)
	}()
	p.ready()
	read.Close()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.cleanEnd()
}

// A service that is frozen cannot stop, and must not keep the second signal waiting.
func TestASecondSignalDoesNotWait(t *testing.T) {
	u := newUser(t)
	p := u.launch("ui").ready()
	guard := p.status("it has a guard", func(s control.Status) bool { return s.Guard != 0 }).Guard
	if err := syscall.Kill(guard, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for range 2 {
		if err := p.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond) // two signals at once would be one
	}
	p.cleanEnd()
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestServicesAreChildrenOfTheGuard(t *testing.T) {
	u := newUser(t)
	p := u.launch("ui").ready()
	status := p.status("it has a guard", func(s control.Status) bool { return s.Guard != 0 })
	if parent := parentOf(t, status.Guard); parent != p.Process.Pid {
		t.Errorf("the guard's parent is %d, agents-tray is %d", parent, p.Process.Pid)
	}
	for _, service := range status.Services {
		if parent := parentOf(t, service.PID); parent != status.Guard {
			t.Errorf("the parent of %s is %d, the guard is %d", service.Name, parent, status.Guard)
		}
	}
}

func parentOf(t *testing.T, pid int) int {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		t.Fatal(err)
	}
	return parent
}

func TestAKilledTrayLeavesNothingAndIsTold(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.end()
	guardtest.NothingLeft(t, u.mark(), deadline)
	u.noSocket()

	p = u.launch()
	item := p.item()
	var line string
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool {
		line = warning(menu)
		return line != ""
	})
	notification := u.notifications.Wait(t.Context(), func(n traytest.Notification) bool {
		return strings.HasPrefix(n.Summary, "Last session ended unexpectedly")
	})
	if !slices.Contains(notification.Actions, "Review") {
		t.Errorf("the notification offers %q", notification.Actions)
	}
	if err := item.Click(line); err != nil {
		t.Fatal(err)
	}
	url := u.browser.Wait(t.Context())
	if url != u.url(u.dashboard)+"/review" {
		t.Errorf("%q opened %s", line, url)
	}
	text := pageText(t, url)
	for _, want := range []string{"killed", "Dashboard", "Chat"} {
		if !strings.Contains(text, want) {
			t.Errorf("the review does not tell of %q:\n%s", want, text)
		}
	}
	item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool { return warning(menu) == "" })
	if err := item.Click("Quit"); err != nil {
		t.Fatal(err)
	}
	p.cleanEnd()
	u.noWarning("after a clean end")
}

// warning returns the menu's line about the last session, or "".
func warning(menu traytest.MenuEntry) string {
	for _, entry := range menu.Children {
		if entry.Visible && strings.HasPrefix(entry.Label, "Last session ended unexpectedly") {
			return entry.Label
		}
	}
	return ""
}

// noWarning starts the program and asserts that it has nothing to tell.
func (u *user) noWarning(when string) {
	u.t.Helper()
	p := u.launch()
	item := p.item()
	item.WaitLabel(u.t.Context(), "Running")
	if line := warning(item.Menu()); line != "" {
		u.t.Errorf("%s: %q", when, line)
	}
	if status := p.status("it answers", func(control.Status) bool { return true }); status.Unclean != nil || len(status.Notices) > 0 {
		u.t.Errorf("%s: %+v %q", when, status.Unclean, status.Notices)
	}
	if err := item.Click("Quit"); err != nil {
		u.t.Fatal(err)
	}
	p.cleanEnd()
}

func TestTheNotificationLeadsToTheReview(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.end()
	u.launch()
	notification := u.notifications.Wait(t.Context(), func(traytest.Notification) bool { return true })
	u.notifications.Invoke(notification.ID, "default")
	if url := u.browser.Wait(t.Context()); url != u.url(u.dashboard)+"/review" {
		t.Errorf("it opened %s", url)
	}
}

func TestNoFalseAlarms(t *testing.T) {
	u := newUser(t).withDesktop()
	u.noWarning("on the very first start")
	u.noWarning("after a clean end")
	p := u.launch().ready()
	second := u.launch()
	if status := second.end(); status != 0 {
		t.Errorf("the second launch ended with status %d", status)
	}
	u.browser.Wait(t.Context())
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.cleanEnd()
	u.noWarning("after a second launch")
}

func TestASecondLaunchOpensTheDashboard(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	before := p.status("it answers", func(control.Status) bool { return true })
	for range 2 {
		second := u.launch()
		if status := second.end(); status != 0 {
			t.Errorf("exit status %d", status)
		}
		if url := u.browser.Wait(t.Context()); url != u.url(u.dashboard) {
			t.Errorf("it opened %s", url)
		}
	}
	after := p.status("it answers", func(control.Status) bool { return true })
	if after.PID != before.PID || after.Services[0].PID != before.Services[0].PID {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// Started again at once after the end was asked for, the program waits its turn.
func TestALaunchDuringTheEndTakesOver(t *testing.T) {
	u := newUser(t)
	first := u.launch("ui").ready()
	if err := first.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	second := u.launch("ui")
	first.end()
	second.ready()
}

// Started again at once after it was killed, the program waits for what the killed one
// leaves, and is not disturbed by its end.
func TestALaunchRightAfterAKill(t *testing.T) {
	u := newUser(t).withDesktop()
	for range 3 {
		p := u.launch("--start").ready()
		if err := p.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		p.end()
	}
	u.launch("--start").ready()
	if status := u.launch().end(); status != 0 {
		t.Errorf("the second launch ended with status %d", status)
	}
	if url := u.browser.Wait(t.Context()); url != u.url(u.dashboard) {
		t.Errorf("it opened %s", url)
	}
}

func TestAKilledServiceIsBackAtOnce(t *testing.T) {
	u := newUser(t)
	p := u.launch("ui").ready()
	before := p.status("it answers", func(control.Status) bool { return true })
	chat, _ := before.Service("chat")
	if err := syscall.Kill(chat.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	after := p.status("the Chat is back", func(s control.Status) bool {
		now, _ := s.Service("chat")
		return now.State == manager.Running && now.PID != chat.PID
	})
	now, _ := after.Service("chat")
	if now.Restarts != 1 || now.LastExit == nil || now.LastExit.Signal != "SIGKILL" {
		t.Errorf("it shows %+v", now)
	}
	other, _ := after.Service("dashboard")
	if was, _ := before.Service("dashboard"); other.PID != was.PID {
		t.Error("the Dashboard did not go on")
	}
	response, err := http.Get(u.url(u.chat) + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
}

func TestAKilledGuardIsReplaced(t *testing.T) {
	u := newUser(t)
	p := u.launch("ui").ready()
	before := p.status("it answers", func(control.Status) bool { return true })
	if err := syscall.Kill(before.Guard, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	after := p.status("all is back under a new guard", func(s control.Status) bool {
		return s.Guard != before.Guard && s.Phase == manager.PhaseRunning
	})
	for i, service := range after.Services {
		if service.PID == before.Services[i].PID {
			t.Errorf("%s is the old process", service.Name)
		}
		if parent := parentOf(t, service.PID); parent != after.Guard {
			t.Errorf("the parent of %s is %d", service.Name, parent)
		}
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.cleanEnd()
}

// Tray and guard together: the kernel and the lifelines end the services, and the
// next start finds its ports free.
func TestTrayAndGuardKilledTogether(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	guard := p.status("it has a guard", func(s control.Status) bool { return s.Guard != 0 }).Guard
	for _, pid := range []int{guard, p.Process.Pid} {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	p.end()
	guardtest.NothingLeft(t, u.mark(), deadline)
	u.launch().ready()
}

func TestAPortThatIsHeld(t *testing.T) {
	t.Run("ui", func(t *testing.T) {
		u := newUser(t)
		held, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", u.chat))
		if err != nil {
			t.Fatal(err)
		}
		defer held.Close()
		p := u.launch("ui")
		if status := p.end(); status != 1 {
			t.Errorf("exit status %d", status)
		}
		for _, want := range []string{
			fmt.Sprintf("Port %d is taken by", u.chat), fmt.Sprintf("(pid %d)", os.Getpid()), "is free",
		} {
			if !strings.Contains(p.out.String(), want) {
				t.Errorf("it does not say %q:\n%s", want, p.out.String())
			}
		}
	})
	t.Run("tray", func(t *testing.T) {
		u := newUser(t).withDesktop()
		held, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", u.chat))
		if err != nil {
			t.Fatal(err)
		}
		defer held.Close()
		p := u.launch()
		item := p.item()
		var free int
		p.status("the Dashboard is ready and the Chat is not", func(s control.Status) bool {
			dashboard, _ := s.Service("dashboard")
			chat, _ := s.Service("chat")
			if chat.Problem != nil {
				free = chat.Problem.FreePort
			}
			return dashboard.State == manager.Running && chat.State == manager.Failed
		})
		menu := item.WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool {
			return strings.HasPrefix(menu.Children[0].Label, fmt.Sprintf("Port %d is taken by", u.chat))
		})
		if !strings.Contains(menu.Children[0].Label, fmt.Sprintf("(pid %d)", os.Getpid())) {
			t.Errorf("the menu says %q", menu.Children[0].Label)
		}
		if err := item.Click(fmt.Sprintf("Use port %d for Chat this time", free)); err != nil {
			t.Fatal(err)
		}
		item.WaitLabel(t.Context(), "Running")
		response, err := http.Get(u.url(free) + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	})
}

func TestADamagedRecordIsSetAside(t *testing.T) {
	u := newUser(t).withDesktop()
	if err := os.MkdirAll(filepath.Dir(u.state("session.db")), 0o700); err != nil {
		t.Fatal(err)
	}
	garbage := bytes.Repeat([]byte("not a database "), 1000)
	if err := os.WriteFile(u.state("session.db"), garbage, 0o600); err != nil {
		t.Fatal(err)
	}
	p := u.launch().ready()
	p.item().WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool {
		return slices.ContainsFunc(menu.Children, func(e traytest.MenuEntry) bool { return e.Label == "The session record was damaged" })
	})
	aside, err := filepath.Glob(u.state("session.db.damaged-*"))
	if err != nil || len(aside) != 1 {
		t.Fatalf("set aside: %v (%v)", aside, err)
	}
	if kept, err := os.ReadFile(aside[0]); err != nil || !bytes.Equal(kept, garbage) {
		t.Errorf("the damaged file was not kept as it was (%v)", err)
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.cleanEnd()
	u.noWarning("after the damage")
}

func TestBadInputIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want []string
	}{
		"unknown option":    {[]string{"--prot", "1"}, []string{"unknown flag: --prot"}},
		"unknown command":   {[]string{"uii"}, []string{"unknown command", "ui"}},
		"port too high":     {[]string{"--chat-port", "70000"}, []string{"70000", "--chat-port", "1 to 65535"}},
		"port not number":   {[]string{"ui", "--chat-port", "http"}, []string{"--chat-port", "http"}},
		"the same port":     {[]string{"ui", "--chat-port", "7861"}, []string{"port 7861 is dashboard's already"}},
		"an open host":      {[]string{"ui", "--host", "0.0.0.0"}, []string{"0.0.0.0", "no password", "127.0.0.1"}},
		"an extra argument": {[]string{"ui", "now"}, []string{"now"}},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUser(t)
			p := u.launchExactly(test.args...)
			if status := p.end(); status != 1 {
				t.Errorf("exit status %d", status)
			}
			for _, want := range test.want {
				if !strings.Contains(p.out.String(), want) {
					t.Errorf("it does not say %q:\n%s", want, p.out.String())
				}
			}
		})
	}
}

func TestTheServicesFileSaysWhatRuns(t *testing.T) {
	u := newUser(t)
	file := filepath.Join(u.folder, "config", "agents-tray", "services.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("services:\n  sleeper: {command: sleep 600, depends_on: [talk]}\n  talk: {builtin: chat, listen: 127.0.0.1:%d}\n", u.chat)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := u.launchExactly("ui").ready()
	status := p.status("its services run", func(s control.Status) bool { return len(s.Services) == 2 })
	if first, second := status.Services[0], status.Services[1]; first.Name != "sleeper" || second.URL != u.url(u.chat) {
		t.Errorf("%+v", status.Services)
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.cleanEnd()

	wrong := filepath.Join(u.folder, "wrong.yaml")
	if err := os.WriteFile(wrong, []byte("services:\n  web: {comand: sleep 600}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p = u.launchExactly("ui", "--config", wrong)
	if status := p.end(); status != 1 || !strings.Contains(p.out.String(), wrong+":2:9: services.web.comand: ") {
		t.Errorf("exit status %d, %s", status, p.out.String())
	}
}

// Without a session bus the plain command works in the terminal.
func TestWithoutADesktop(t *testing.T) {
	u := newUser(t)
	p := u.launch().ready()
	for end := time.Now().Add(patience); !strings.Contains(p.out.String(), "Press Ctrl-C") && time.Now().Before(end); {
		time.Sleep(time.Millisecond) // it says so a moment after the services are ready
	}
	if err := p.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	p.cleanEnd()
	for _, want := range []string{u.url(u.dashboard), u.url(u.chat), "Press Ctrl-C to stop", "Everything is stopped"} {
		if !strings.Contains(p.out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, p.out.String())
		}
	}
}

func TestWithoutTheChat(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch("--no-chat").ready()
	item := p.item()
	item.WaitLabel(t.Context(), "Running")
	if text := item.Text(); strings.Contains(text, "Chat") {
		t.Errorf("the menu is\n%s", text)
	}
}

func TestTheMenuStopsAndStartsServices(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	item := p.item()
	item.WaitLabel(t.Context(), "Running")
	click := func(path ...string) {
		t.Helper()
		if err := item.Click(path...); err != nil {
			t.Fatal(err)
		}
	}
	chat := func(s control.Status) manager.Service { service, _ := s.Service("chat"); return service }

	click("Services", "Chat", "Stop")
	p.status("the Chat has stopped", func(s control.Status) bool { return chat(s).State == manager.Stopped })
	if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", u.chat)); err == nil {
		conn.Close()
		t.Error("the port of a stopped service takes connections")
	}
	item.WaitLabel(t.Context(), "Services", "Chat", "Start")
	click("Services", "Chat", "Start")
	before := p.status("the Chat is back", func(s control.Status) bool { return chat(s).State == manager.Running })
	item.WaitLabel(t.Context(), "Services", "Chat", "Stop")
	click("Services", "Chat", "Restart")
	p.status("the Chat is another process", func(s control.Status) bool {
		return chat(s).State == manager.Running && chat(s).PID != chat(before).PID
	})
	click("Services", "Chat", "Show log")
	if url := u.browser.Wait(t.Context()); url != u.url(u.dashboard)+"/services/chat/log" {
		t.Errorf("Show log opened %s", url)
	}
	click("Services", "Chat", "Open")
	if url := u.browser.Wait(t.Context()); url != u.url(u.chat) {
		t.Errorf("Open opened %s", url)
	}
}

// However often it is clicked while its service starts, a page opens once.
func TestAPageOpensOnceWhenItsServiceIsReady(t *testing.T) {
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	item := p.item()
	item.WaitLabel(t.Context(), "Running")
	if err := item.Click("Services", "Chat", "Stop"); err != nil {
		t.Fatal(err)
	}
	p.status("the Chat has stopped", func(s control.Status) bool {
		chat, _ := s.Service("chat")
		return chat.State == manager.Stopped
	})
	if err := item.Click("Open Chat"); err != nil { // starts it, too
		t.Fatal(err)
	}
	if url := u.browser.Wait(t.Context()); url != u.url(u.chat) {
		t.Errorf("it opened %s", url)
	}
	p.status("the Chat answers", func(s control.Status) bool {
		chat, _ := s.Service("chat")
		return chat.State == manager.Running
	})
	if urls := u.browser.URLs(); len(urls) != 1 {
		t.Errorf("the browser was opened for %v", urls)
	}
}

// A real panel draws the icon, in its own colour.
func TestOnARealPanel(t *testing.T) {
	panel := traytest.StartPanel(t)
	u := newUser(t)
	u.bus, u.browser = panel.Bus, traytest.FakeBrowser(t)
	p := u.launch().ready()
	panel.WaitIcon(func(screen image.Image) bool {
		pixels := 0
		for y := range screen.Bounds().Dy() {
			for x := range screen.Bounds().Dx() {
				r, g, b, _ := screen.At(x, y).RGBA()
				if b>>8 > 0xd0 && r>>8 < 0xa0 && g>>8 < 0xa0 {
					pixels++
				}
			}
		}
		return pixels > 40 // of the tray and its two dots at 22 pixels
	})
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.cleanEnd()
}

// A browser's command may last as long as the browser runs; the menu goes on.
func TestASlowBrowserDoesNotHoldTheMenuUp(t *testing.T) {
	u := newUser(t).withDesktop()
	bell := filepath.Join(u.browser.Dir, "xdg-open")
	script, err := os.ReadFile(bell)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bell, append(script, []byte("\nexec sleep 600\n")...), 0o755); err != nil {
		t.Fatal(err)
	}
	p := u.launch().ready()
	item := p.item()
	item.WaitLabel(t.Context(), "Running")
	for _, label := range []string{"Open Dashboard", "Open Chat", "Open Dashboard"} {
		if err := item.Click(label); err != nil {
			t.Fatal(err)
		}
		u.browser.Wait(t.Context())
	}
	if err := item.Click("Quit"); err != nil {
		t.Fatal(err)
	}
	if status := p.end(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	// The browser is not ours to end.
	browsers := guardtest.Left(u.mark())
	if len(browsers) != 3 {
		t.Errorf("three browsers were opened, %v run", browsers)
	}
	for _, browser := range browsers {
		pid, err := strconv.Atoi(strings.Fields(browser)[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Error(err)
		}
	}
}

// A panel that comes later, or again, still gets the icon.
func TestThePanelComesLater(t *testing.T) {
	u := newUser(t).withDesktop()
	u.panel.Close()
	p := u.launch().ready()
	for range 2 {
		u.panel = u.bus.StartHost(t)
		p.item().WaitLabel(t.Context(), "Running")
		u.panel.Close()
	}
}
