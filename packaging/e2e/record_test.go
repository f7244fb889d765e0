//go:build linux

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"agents-tray/tray/traytest"
)

// A recorded session is what the session record says of one.
type recorded struct {
	mark, ending string
	detail       string // of the end
	state        string // as JSON; only the latest session's is kept
	pid          int
	events       []event // of its services, in order
}

type event struct{ service, kind, detail string }

// told are the kinds of events of a service.
func (r recorded) told(service string) []string {
	var kinds []string
	for _, e := range r.events {
		if e.service == service {
			kinds = append(kinds, e.kind)
		}
	}
	return kinds
}

// record returns all sessions of the record, in order.
func (u *user) record() []recorded {
	u.T.Helper()
	conn, err := sqlite3.OpenFlags(u.State("session.db"), sqlite3.OPEN_READONLY)
	if err != nil {
		u.T.Fatal(err)
	}
	defer conn.Close()
	must(u.T, conn.BusyTimeout(time.Second))
	rows := func(query string, row func(*sqlite3.Stmt), arguments ...string) {
		statement, _, err := conn.Prepare(query)
		if err != nil {
			u.T.Fatal(err)
		}
		defer statement.Close()
		for i, argument := range arguments {
			must(u.T, statement.BindText(i+1, argument))
		}
		for statement.Step() {
			row(statement)
		}
		must(u.T, statement.Err())
	}
	var sessions []recorded
	rows(`SELECT id, pid, coalesce(ending, 'open'), detail, coalesce(state, '') FROM sessions ORDER BY rowid`, func(s *sqlite3.Stmt) {
		sessions = append(sessions, recorded{mark: s.ColumnText(0), pid: s.ColumnInt(1), ending: s.ColumnText(2), detail: s.ColumnText(3), state: s.ColumnText(4)})
	})
	for i, session := range sessions {
		rows(`SELECT service, kind, detail FROM service_events WHERE session = ? ORDER BY id`, func(s *sqlite3.Stmt) {
			sessions[i].events = append(sessions[i].events, event{s.ColumnText(0), s.ColumnText(1), s.ColumnText(2)})
		}, session.mark)
	}
	return sessions
}

func TestADamagedRecordIsSetAside(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	must(t, os.MkdirAll(filepath.Dir(u.State("session.db")), 0o700))
	garbage := bytes.Repeat([]byte("not a database "), 1000)
	must(t, os.WriteFile(u.State("session.db"), garbage, 0o600))
	p := u.launch().ready()
	p.Item().WaitMenu(t.Context(), func(menu traytest.MenuEntry) bool {
		return slices.ContainsFunc(menu.Children, func(e traytest.MenuEntry) bool { return e.Label == "The session record was damaged" })
	})
	aside, err := filepath.Glob(u.State("session.db.damaged-*"))
	if err != nil || len(aside) != 1 {
		t.Fatalf("set aside: %v (%v)", aside, err)
	}
	if kept, err := os.ReadFile(aside[0]); err != nil || !bytes.Equal(kept, garbage) {
		t.Errorf("the damaged file was not kept as it was (%v)", err)
	}
	p.quit()
	u.noWarning("after the damage")
}

// Nobody has quit when the terminal form ends since nothing could start.
func TestAnEndForAFailureIsRecordedAsThat(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	file := filepath.Join(t.TempDir(), "services.yaml")
	must(t, os.WriteFile(file, []byte("services: {web: {command: ./no-such-program}}\n"), 0o600))
	if status := u.launchExactly("ui", "--config", file).End(); status == 0 {
		t.Error("it ended as if all was well")
	}
	if sessions := u.record(); len(sessions) != 1 || sessions[0].ending != "clean" || sessions[0].detail != "A service could not start" {
		t.Errorf("the record says %+v", sessions)
	}
}
