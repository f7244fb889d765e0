//go:build linux

package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"agents-tray/manager/control"
	"agents-tray/services/web/webtest"
)

// nobody is the id of a user, and of a group, that has no rights.
const nobody = 65534

// unprivileged has the user's programs run as nobody, whose the user's folder becomes. It
// returns what starts one.
func (u *user) unprivileged() (start func(args ...string) *program) {
	u.T.Helper()
	if os.Geteuid() != 0 {
		u.T.Fatal("this test starts programs as another user: run it as root")
	}
	built := u.Prepare().Path // in a folder of root's
	u.own(nobody, u.Folder)
	u.Build = filepath.Join(u.Folder, "bin", "agents-tray")
	// A link, not a copy: one that has just been written may still be open in a child of this process.
	must(u.T, errors.Join(os.Mkdir(filepath.Dir(u.Build), 0o755), os.Link(built, u.Build)))
	temporary := u.T.TempDir()
	u.own(nobody, temporary)
	if err := os.Chmod(filepath.Dir(u.Folder), 0o755); err != nil { // that of this test's folders
		u.T.Fatal(err)
	}
	return func(args ...string) *program {
		p := &program{u.Prepare(args...), u}
		if args[0] == "ui" {
			p = u.prepare(args...)
		}
		p.Env = append(p.Env, "TMPDIR="+temporary)
		p.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		p.Start()
		return p
	}
}

// own makes what is at path, and in it, a user's.
func (u *user) own(uid int, path string) {
	u.T.Helper()
	err := filepath.WalkDir(path, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, uid, uid))
	})
	if err != nil {
		u.T.Fatal(err)
	}
}

// A start with sudo, or a hand that slips, leaves folders that the user cannot use: the program
// once said so and ended.
func TestFoldersOfRoots(t *testing.T) {
	t.Parallel()
	root := func(u *user, folder string) { // as sudo leaves it
		must(u.T, os.MkdirAll(filepath.Join(folder, "logs"), 0o700))
		must(u.T, os.WriteFile(filepath.Join(folder, "instance.lock"), nil, 0o600))
		u.own(0, folder)
	}
	unwritable := func(u *user, folder string) {
		must(u.T, errors.Join(os.MkdirAll(folder, 0o700), os.Lchown(folder, nobody, nobody), os.Chmod(folder, 0o500)))
		u.T.Cleanup(func() { _ = os.Chmod(folder, 0o700) }) // for whoever removes it
	}
	file := func(u *user, folder string) {
		must(u.T, errors.Join(os.RemoveAll(folder), os.WriteFile(folder, nil, 0o600), os.Lchown(folder, nobody, nobody)))
	}
	for name, test := range map[string]struct {
		harm    func(u *user, folder string)
		folders []string
		told    []string
	}{
		"state":         {root, []string{"state"}, []string{"Nothing will be kept: a folder belongs to root", "sudo chown -R nobody: "}},
		"state and run": {root, []string{"state", "run"}, []string{"Nothing will be kept", "The folder for sockets cannot be used", "sudo chown -R nobody: "}},
		"run":           {root, []string{"run"}, []string{"The folder for sockets cannot be used", "sudo chown -R nobody: "}},
		"config":        {root, []string{"config"}, []string{"Settings will not be kept", "The services file cannot be read", "sudo chown -R nobody: "}},
		"all":           {root, []string{"state", "run", "config"}, []string{"Nothing will be kept", "sudo chown -R nobody: "}},
		"unwritable":    {unwritable, []string{"state", "run", "config"}, []string{"Nothing of this session will be kept", "XDG_STATE_HOME", "Settings will not be kept"}},
		"files":         {file, []string{"state", "run", "config"}, []string{"Nothing of this session will be kept", "XDG_STATE_HOME", "The services file cannot be read"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUser(t)
			start := u.unprivileged()
			for _, folder := range test.folders {
				test.harm(u, filepath.Join(u.Folder, folder, "agents-tray"))
			}
			p := start("ui")
			wait(t, patience, "that it runs", func() bool { return strings.Contains(p.Out.String(), "Press Ctrl-C") })
			webtest.Contains(t, p.Out.String(), test.told...)
			doctor := start("doctor")
			if status := doctor.End(); status != 1 || name != "files" && name != "unwritable" && !strings.Contains(doctor.Out.String(), "belongs to root, as after a start with sudo. This gives it back: sudo chown -R nobody: ") {
				t.Errorf("doctor ends with %d and says\n%s", status, doctor.Out.String())
			}
			for command, want := range map[string]string{"ui": "is running already", "status": "dashboard  ready", "menu": "Open Dashboard", "do stop chat": ""} {
				if c := start(strings.Fields(command)...); c.End() != 0 || !strings.Contains(c.Out.String(), want) {
					t.Errorf("%s says %q", command, c.Out.String())
				}
			}
			if quit := start("quit"); quit.End() != 0 || p.End() != 0 {
				t.Errorf("quit says %q", quit.Out.String())
			}
		})
	}
}

// Once the user may read the services file, it applies.
func TestAServicesFileOfRoots(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.WithServices("  mine: {command: [sleep, '600']}\n")
	start := u.unprivileged()
	folder := filepath.Join(u.Folder, "config", "agents-tray")
	must(t, os.Chmod(folder, 0o700))
	u.own(0, folder)
	p := start("ui")
	p.told("The services file cannot be read: Dashboard and Chat run", false)
	if services := p.Status("it runs", func(s control.Status) bool { return len(s.Services) > 0 }).Services; len(services) != 2 {
		t.Errorf("its services are %+v", services)
	}
	u.own(nobody, folder)
	p.Status("the user's service runs", func(s control.Status) bool {
		return len(s.Services) == 1 && s.Services[0].Name == "mine"
	})
	p.told("The services file cannot be read", true)
}

// Root in the home of somebody else is warned before anything is written there.
func TestRootInAnothersHome(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	if os.Geteuid() != 0 {
		t.Fatal("this test starts a program as root: run it as root")
	}
	if err := os.Lchown(u.Folder, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	p := u.launch("ui").ready()
	u.Command("quit")
	p.CleanEnd()
	warning, started := strings.Index(p.Out.String(), "Warning: You are root in the home of nobody: nobody cannot use what is written there now."), strings.Index(p.Out.String(), "Starting")
	if warning < 0 || warning > started {
		t.Errorf("it says\n%s", p.Out.String())
	}
}
