//go:build linux

package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"agents-tray/manager/guard/guardtest"
)

// found asserts that every command finds p, and that a second launch opens its page. change
// gives a program the surroundings of another session; nil: those of this one.
func (p *program) found(change func(*program)) {
	u := p.u
	u.T.Helper()
	run := func(args ...string) string {
		c := &program{u.Prepare(args...), u}
		if change != nil {
			change(c)
		}
		c.Start()
		if status := c.End(); status != 0 {
			u.T.Errorf("agents-tray %q: exit status %d: %s", args, status, c.Out.String())
		}
		return c.Out.String()
	}
	for command, want := range map[string]string{
		"status": "dashboard  ready", "menu": "Open Dashboard", "do stop chat": "", "diagnosis": "Configurable Agents",
		"ui": "is running already", "": "is running already", "autostart status": "off",
	} {
		if out := run(strings.Fields(command)...); !strings.Contains(out, want) {
			u.T.Errorf("%q prints %q", command, out)
		}
	}
	u.opens(u.URL(u.Dashboard))
	if out := run("quit"); out != "Everything is stopped.\n" {
		u.T.Errorf("quit prints %q", out)
	}
	p.End() // a record whose folder is gone may have another status
	guardtest.NothingLeft(u.T, u.Mark(), deadline)
}

// An instance whose folders were deleted, moved or replaced was once not running for its
// commands, and a second one fought it for the ports.
func TestTheInstanceIsFoundWithoutItsFolders(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(state, run string) error{
		"state deleted": func(state, _ string) error { return os.RemoveAll(state) },
		"run deleted":   func(_, run string) error { return os.RemoveAll(run) },
		"both deleted":  func(state, run string) error { return errors.Join(os.RemoveAll(state), os.RemoveAll(run)) },
		"all deleted": func(state, run string) error {
			return errors.Join(os.RemoveAll(filepath.Dir(state)), os.RemoveAll(filepath.Dir(run)))
		},
		"state moved":  func(state, _ string) error { return os.Rename(state, state+".old") },
		"run moved":    func(_, run string) error { return os.Rename(run, run+".old") },
		"state a file": func(state, _ string) error { return errors.Join(os.RemoveAll(state), os.WriteFile(state, nil, 0o600)) },
		"run a file":   func(_, run string) error { return errors.Join(os.RemoveAll(run), os.WriteFile(run, nil, 0o600)) },
		"state replaced": func(state, _ string) error {
			return errors.Join(os.Rename(state, state+".old"), os.Mkdir(state, 0o700))
		},
		"files deleted": func(state, run string) error {
			sockets, err := filepath.Glob(filepath.Join(run, "*"))
			for _, file := range append(sockets, filepath.Join(state, "instance.lock"), filepath.Join(state, "control.json")) {
				err = errors.Join(err, os.Remove(file))
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUser(t).withDesktop()
			p := u.launch().ready()
			must(t, harm(u.State(""), filepath.Join(u.Folder, "run", "agents-tray")))
			if name != "state a file" {
				u.Command("logs", "chat")
				if out := u.Command("sessions"); !strings.Contains(out, "Running") {
					t.Errorf("sessions prints %q", out)
				}
			}
			p.found(nil)
		})
	}
}

// A terminal on the desktop, ssh and cron have variables of their own.
func TestTheInstanceIsFoundFromEverySession(t *testing.T) {
	t.Parallel()
	for name, surroundings := range map[string]func(u *user, env []string) []string{
		"cron": func(u *user, env []string) []string {
			return slices.DeleteFunc(env, func(v string) bool { return strings.HasPrefix(v, "XDG_") || strings.HasPrefix(v, "DBUS_SESSION") })
		},
		"ssh": func(u *user, env []string) []string {
			return append(slices.DeleteFunc(env, func(v string) bool { return strings.HasPrefix(v, "DBUS_SESSION") }),
				"XDG_RUNTIME_DIR="+t.TempDir(), "TMPDIR="+t.TempDir())
		},
		"a shell's own folders": func(u *user, env []string) []string {
			return append(env, "XDG_STATE_HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir(), "XDG_RUNTIME_DIR="+t.TempDir())
		},
		"another way to the home": func(u *user, env []string) []string {
			link := filepath.Join(t.TempDir(), "home")
			must(t, os.Symlink(u.Folder, link))
			return append(env, "HOME="+link, "XDG_STATE_HOME="+link, "XDG_RUNTIME_DIR="+link)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUser(t).withDesktop()
			p := u.launch().ready()
			env := surroundings(u, u.Environment())
			p.found(func(p *program) { p.Env = slices.Clone(env) })
		})
	}
}
