//go:build linux

package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/tray/traytest"
)

// told waits for a notice with these words, or with gone until there is none any more.
func (p *program) told(words string, gone bool) {
	p.u.T.Helper()
	p.Status(words, func(s control.Status) bool {
		return slices.ContainsFunc(s.Notices, func(n string) bool { return strings.Contains(n, words) }) != gone
	})
}

// restartChat makes something happen that is recorded.
func (p *program) restartChat() {
	p.u.T.Helper()
	before := theChat(p.Status("the Chat runs", is("chat", manager.Ready)))
	must(p.u.T, p.u.client().Act(p.u.T.Context(), "chat", control.Restart))
	p.Status("the Chat is back", func(s control.Status) bool {
		return theChat(s).State == manager.Ready && theChat(s).PID != before.PID
	})
}

// disk gives the user a small disk for the state folder, and returns what fills it up and
// makes room again.
func (u *user) disk() (fill, empty func()) {
	u.T.Helper()
	folder := filepath.Join(u.Folder, "state")
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=4m"); err != nil {
		u.T.Fatal("mount a small disk: ", err)
	}
	u.T.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			u.T.Error(err)
		}
	})
	filler := filepath.Join(folder, "filler")
	fill = func() {
		file, err := os.Create(filler)
		for err == nil {
			_, err = file.Write(make([]byte, 4096))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			u.T.Fatal(err)
		}
		file.Close()
	}
	return fill, func() {
		must(u.T, os.Remove(filler))
	}
}

// readOnly lets the user's folder only be read, and returns what makes it writable again.
func (u *user) readOnly(name string) (writable func()) {
	u.T.Helper()
	folder := filepath.Join(u.Folder, name)
	mounted := true
	writable = func() {
		if mounted {
			mounted = false
			if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
				u.T.Error(err)
			}
		}
	}
	err := syscall.Mount(folder, folder, "", syscall.MS_BIND, "")
	if err == nil {
		u.T.Cleanup(writable)
		err = syscall.Mount("", folder, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, "")
	}
	if err != nil {
		u.T.Fatal("mount the folder once more, to be read only: ", err)
	}
	return writable
}

// While the disk is full everything goes on, and it says what is not being recorded; once
// there is room, it catches up.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	fill, empty := u.disk()
	p := u.launch().ready()
	fill()
	p.restartChat()
	p.told("This session is not being recorded", false)
	p.told("no space left on device", false)
	p.Item().WaitLabel(t.Context(), "This session is not being recorded")
	doctor := u.launchExactly("doctor")
	if status := doctor.End(); status != 1 || !strings.Contains(doctor.Out.String(), "Nothing more can be written to the folder "+u.State("")) {
		t.Errorf("doctor ends with %d and says\n%s", status, doctor.Out.String())
	}
	empty()
	p.told("This session is not being recorded", true)
	p.kill(syscall.SIGTERM)
	sessions := u.record()
	if len(sessions) != 1 || sessions[0].ending != "clean" || !endsWith(sessions[0].told("chat"), []string{"started", "ready", "exited", "stopped"}) {
		t.Errorf("the record says %+v", sessions)
	}
	if got := sessions[0].told("chat"); strings.Count(strings.Join(got, " "), "ready") != 2 {
		t.Errorf("of the Chat it tells %q", got)
	}
}

// A full disk is no reason not to start.
func TestAStartOnAFullDisk(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	fill, empty := u.disk()
	u.launch("ui").ready().kill(syscall.SIGTERM)
	fill()
	p := u.launch("ui").ready()
	p.told("This session is not being recorded", false)
	p.told("no space left on device", false)
	empty()
	p.told("This session is not being recorded", true)
	p.kill(syscall.SIGTERM)
	u.recorded("clean", "clean")
}

// quits ends the program on a disk that cannot be written, and asserts what it says of that.
func (p *program) quits(words ...string) {
	p.u.T.Helper()
	if quit := p.u.Command("quit"); quit != "Everything is stopped.\n" {
		p.u.T.Errorf("quit says %q", quit)
	}
	p.ends(1)
	for _, want := range words {
		if !strings.Contains(p.Out.String(), want) {
			p.u.T.Errorf("it does not say %q:\n%s", want, p.Out.String())
		}
	}
}

// An end that was asked for is never told as a kill, whatever could be written of it.
func TestAnEndThatCannotBeRecorded(t *testing.T) {
	t.Parallel()
	const asItShould, noRoom = "this session ended as it should", "no space left on device"
	for name, test := range map[string]struct {
		end     func(u *user)
		endings []string // the last is that of the session which looks back
		cause   string   // "": no alarm
	}{
		"a full disk": {func(u *user) {
			fill, empty := u.disk()
			p := u.launch("ui").ready()
			fill()
			p.quits(asItShould, noRoom)
			empty()
		}, []string{"clean", "clean"}, ""},
		"a full disk over two sessions": {func(u *user) {
			fill, empty := u.disk()
			p := u.launch("ui").ready()
			fill()
			p.quits(asItShould, noRoom)
			u.launch("ui").ready().quits(asItShould, noRoom)
			empty()
		}, []string{"clean", "clean"}, ""},
		"a disk that can only be read": {func(u *user) {
			p := u.launch("ui").ready()
			writable := u.readOnly("state")
			p.quits(asItShould, "read-only file system")
			writable()
		}, []string{"clean", "clean"}, ""},
		"a full disk, and no other place": {func(u *user) {
			fill, empty := u.disk()
			p := u.launch("ui").ready()
			must(u.T, os.MkdirAll(u.State("farewells.json/taken"), 0o700))
			fill()
			writable := u.readOnly("run")
			p.quits("this session will be reported as ended unexpectedly", noRoom)
			writable()
			empty()
		}, []string{"unexpected", "clean"}, "its end was not recorded"},
		"a full disk, and then a kill": {func(u *user) {
			fill, empty := u.disk()
			p := u.launch("ui").ready()
			fill()
			p.quits(asItShould, noRoom)
			empty()
			u.launch("ui").ready().kill(syscall.SIGKILL)
		}, []string{"clean", "killed", "clean"}, "was killed by somebody or by another program"},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUser(t)
			test.end(u)
			switch review := u.review(); {
			case review == nil && test.cause != "":
				t.Error("it tells nothing")
			case review != nil && (test.cause == "" || !strings.Contains(review.Cause, test.cause)):
				t.Errorf("it tells of %+v", review)
			}
			u.recorded(test.endings...)
			u.NoSocket()
		})
	}
}

// A file that is removed or replaced while the program runs is written anew.
func TestTheRecordIsRemoved(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.launch("ui").ready().kill(syscall.SIGTERM)
	p := u.launch("ui").ready()
	must(t, os.Remove(u.State("session.db")))
	p.restartChat()
	p.told("It was written anew, with all that was in it", false)
	p.kill(syscall.SIGKILL)
	if review := u.review(); review == nil || !strings.Contains(review.Cause, "was killed") {
		t.Errorf("it tells of %+v", review)
	}
	u.recorded("clean", "killed", "clean")
}

// A damaged record is replaced by its copy; nothing is claimed of what that does not know.
func TestTheRecordIsDamaged(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	p := u.launch("ui").ready()
	wait(t, patience, "a copy", func() bool { _, err := os.Stat(u.State("session.db.copy")); return err == nil })
	p.kill(syscall.SIGKILL)
	must(t, os.WriteFile(u.State("session.db"), []byte(strings.Repeat("hello ", 2000)), 0o600))
	p = u.launch("ui").ready()
	p.told("has taken its place, so how the last session ended is not known", false)
	if status := p.now(); status.Unclean != nil {
		t.Errorf("it claims to know: %+v", status.Unclean)
	}
	p.kill(syscall.SIGTERM)
	u.recorded("unknown", "clean")
}

// Where nothing can be written the program runs all the same, and says that nothing is kept.
func TestAStateFolderThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	must(t, os.WriteFile(filepath.Join(u.Folder, "state", "agents-tray"), nil, 0o400))
	p := u.launch()
	item := p.Item()
	item.WaitLabel(t.Context(), "Running")
	item.WaitLabel(t.Context(), "Nothing of this session will be kept")
	u.Notifications.Wait(t.Context(), func(n traytest.Notification) bool { return strings.Contains(n.Body, "XDG_STATE_HOME") })
	u.launch().ends(0) // it is the only one there, too
	u.opens(u.URL(u.Dashboard))
	click(t, item, "Quit")
	p.ends(0)
}

// A disk that can no longer be written, as the system leaves it after a fault, does not let
// a second instance begin.
func TestADiskThatBecomesReadOnly(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	p := u.launch().ready()
	writable := u.readOnly("state")
	u.launch().ends(0)
	u.opens(u.URL(u.Dashboard))
	writable()
	p.kill(syscall.SIGTERM)
	u.recorded("clean")
}

// Every command finds the instance that runs, whether or not the state folder could be
// written when it began, and whether or not it can be now.
func TestCommandsFindTheInstance(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, after bool }{ // it can be written
		"never written":     {false, false},
		"no longer written": {true, false},
		"written again":     {false, true},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUser(t).withDesktop()
			writable := func() {}
			if !test.before {
				writable = u.readOnly("state")
			}
			p := u.launch().ready()
			switch {
			case test.after:
				writable()
			case test.before:
				u.readOnly("state")
			}
			if menu := u.Command("menu"); !strings.Contains(menu, "agents-tray do restart chat") {
				t.Errorf("the menu is\n%s", menu)
			}
			before := theChat(p.now())
			u.Command("do", "restart", "chat")
			p.Status("the Chat is back", func(s control.Status) bool {
				return theChat(s).State == manager.Ready && theChat(s).PID != before.PID
			})
			if log := u.Command("logs", "chat"); log == "" {
				t.Error("the Chat's log is empty")
			}
			if sessions := u.Command("sessions"); !strings.Contains(sessions, "Running") {
				t.Errorf("the sessions are\n%s", sessions)
			}
			u.launch().ends(0)
			u.opens(u.URL(u.Dashboard))
			if quit := u.Command("quit"); quit != "Everything is stopped.\n" {
				t.Errorf("quit says %q", quit)
			}
			p.End()
			if quit := u.Command("quit"); quit != "It is not running.\n" {
				t.Errorf("the second quit says %q", quit)
			}
		})
	}
}

// Both sides see the row in the Python platform's file.
func TestTheOriginalsDatabase(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	original := filepath.Join(u.Folder, "configurable_agents.db")
	row := func(sql string) (text string) {
		conn, err := sqlite3.Open(original)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := conn.BusyTimeout(patience); err != nil { // the program may be writing
			t.Fatal(err)
		}
		stmt, _, err := conn.Prepare(sql)
		if err != nil {
			t.Fatal(err)
		}
		defer stmt.Close()
		for stmt.Step() {
			text = stmt.ColumnText(0)
		}
		return text
	}
	row(`CREATE TABLE session_state (
	id VARCHAR(36) NOT NULL, 
	session_start DATETIME NOT NULL, 
	dirty_shutdown INTEGER NOT NULL, 
	active_workflows TEXT, 
	session_data TEXT, 
	last_updated DATETIME NOT NULL, 
	PRIMARY KEY (id)
)`)
	row(`INSERT INTO session_state VALUES ('default', '2026-11-20 09:15:00', 1, '["nightly"]', NULL, '2026-11-20 10:00:00')`)
	p := u.launch("ui", "--db-url", "sqlite:///"+original).ready()
	unclean := p.now().Unclean
	if unclean == nil || !strings.Contains(unclean.Cause, "Python platform") {
		t.Errorf("of their session it tells %+v", unclean)
	}
	if dirty := row(`SELECT dirty_shutdown FROM session_state`); dirty != "1" {
		t.Errorf("while it runs the row says %s", dirty)
	}
	p.kill(syscall.SIGTERM)
	if dirty := row(`SELECT dirty_shutdown FROM session_state`); dirty != "0" {
		t.Errorf("after a clean end the row says %s", dirty)
	}
	p = u.launch("ui", "--db-url", "postgresql://localhost/agents")
	if status := p.End(); status != 1 || !strings.Contains(p.Out.String(), "only SQLite files can be read") {
		t.Errorf("exit status %d:\n%s", status, p.Out.String())
	}
}
