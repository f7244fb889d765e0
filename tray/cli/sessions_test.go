package cli

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/sessiondb"
	"agents-tray/tray/instance"
)

// recorded is an instance that answers from its record, and nothing else.
type recorded struct {
	control.Instance
	record *sessiondb.Record
}

func (r recorded) Status() control.Status { return control.Status{} }
func (r recorded) Sessions(limit int) ([]control.PastSession, error) {
	past, err := r.record.Sessions(limit)
	return instance.PastSessions(past, "third000"), err
}
func (r recorded) SessionEvents(id string, limit int) ([]control.SessionEvent, error) {
	events, err := r.record.Events(id, limit)
	return instance.PastEvents(events), err
}

// threeSessions makes a record of a session that ended cleanly, one that did not, and
// one that runs.
func threeSessions(t *testing.T, folders config.Folders) *sessiondb.Record {
	t.Helper()
	var record *sessiondb.Record
	for _, mark := range []string{"first000-x", "second00", "third000"} {
		record = sessiondb.Open(folders.SessionRecord(), sessiondb.Options{})
		var err error
		if _, err := record.Begin(sessiondb.Session{Mark: mark, Version: "v1.2", PID: 42, Started: time.Now().Add(-time.Hour)}); err != nil {
			t.Fatal(err)
		}
		switch mark {
		case "first000-x":
			record.Add(sessiondb.Event{At: time.Now(), Service: "chat", Kind: "started", PID: 7})
			record.Add(sessiondb.Event{At: time.Now(), Service: "chat", Kind: "gave up", Detail: "It failed\tand\nfailed \x1b[31magain"})
			err = record.End("quit")
		case "third000":
			return record
		}
		if err != nil {
			t.Fatal(err)
		}
		must(t, record.Close())
	}
	return record
}

func TestSessionsWithAndWithoutAnInstance(t *testing.T) {
	for _, running := range []bool{true, false} {
		t.Run(fmt.Sprintf("running %t", running), func(t *testing.T) {
			folders := someFolders(t)
			record := threeSessions(t, folders)
			last := "End not recorded"
			if running {
				last = "Running"
				listener, address, err := control.Listen(folders.Runtime)
				if err != nil {
					t.Fatal(err)
				}
				server := control.Serve(listener, address, recorded{record: record})
				t.Cleanup(func() {
					server.Close()
					if err := record.Close(); err != nil {
						t.Error(err)
					}
				})
				must(t, address.Write(folders.Control()))
			} else if err := record.Close(); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			must(t, printHistory(t.Context(), &out, folders, "", 20))
			for _, row := range []string{
				`SESSION +STARTED +LASTED +ENDED +VERSION\n`, `third000 +20\S+ \S+ +(1 h|-) +` + last + ` +v1.2\n`,
				`second00 +\S+ \S+ +1 h( \d+ s)? +Ended unexpectedly +v1.2\n`, `first000 +\S+ \S+ +1 h( \d+ s)? +Ended cleanly, quit +v1.2\n$`,
			} {
				if !regexp.MustCompile(row).MatchString(out.String()) {
					t.Errorf("no %s in\n%s", row, out.String())
				}
			}
			out.Reset()
			must(t, printHistory(t.Context(), &out, folders, "fir", 20))
			for _, row := range []string{
				`^Session first000-x, version v1.2, process 42\nStarted \S+ \S+, lasted 1 h( \d+ s)?\. Ended cleanly, quit\.\n\n`,
				`chat +Started +7 +-\n`, `chat +Given up +- +It failed and\n$`,
			} {
				if !regexp.MustCompile(row).MatchString(out.String()) {
					t.Errorf("no %s in\n%s", row, out.String())
				}
			}
			out.Reset()
			if err := printHistory(t.Context(), &out, folders, "second", 20); err != nil || !strings.Contains(out.String(), "Nothing was recorded of its services.") {
				t.Errorf("%v: %s", err, out.String())
			}
			if err := printHistory(t.Context(), io.Discard, folders, "nobody", 20); err == nil || !strings.Contains(err.Error(), `no session "nobody"`) {
				t.Errorf("of one that never was: %v", err)
			}
		})
	}
}

func TestSessionsOfARecordThatIsNotThere(t *testing.T) {
	folders := someFolders(t)
	var out strings.Builder
	if err := printHistory(t.Context(), &out, folders, "", 20); err != nil || !strings.Contains(out.String(), "No session has been recorded yet") {
		t.Errorf("%v: %s", err, out.String())
	}
	must(t, os.WriteFile(folders.SessionRecord(), []byte(strings.Repeat("no database at all ", 100)), 0o600))
	if err := printHistory(t.Context(), &out, folders, "", 20); err == nil || !strings.Contains(err.Error(), folders.SessionRecord()) {
		t.Errorf("of a damaged one: %v", err)
	}
	if err := printHistory(t.Context(), &out, folders, "", 0); err == nil {
		t.Error("no session at all was printed")
	}
}

// must ends the test if something that it needs has failed.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
