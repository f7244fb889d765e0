//go:build linux

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/services/web/webtest"
	"agents-tray/tray/traytest"
)

// withSorter has the user run the Dashboard and a service that reports workflows.
func (u *user) withSorter() {
	u.WithServices(fmt.Sprintf(`  dashboard: {listen: 127.0.0.1:%d, builtin: dashboard}
  sorter: {title: Mail sorter, command: [sleep, "1000"], dir: %q, env: {WHO: sorter}}
`, u.Dashboard, u.Folder))
}

// report says that the sorter has workflows under way.
func (p *program) report(workflows ...control.Workflow) {
	p.u.T.Helper()
	for _, w := range workflows {
		w.Source = "sorter"
		must(p.u.T, p.u.client().SetWorkflow(p.u.T.Context(), w))
	}
}

// knows waits until the record says that these workflows are under way.
func (u *user) knows(names ...string) {
	u.T.Helper()
	want, _ := json.Marshal(append([]string{}, names...)) // strings only: cannot fail
	var saved string
	wait(u.T, patience, "the record to know of the workflows", func() bool {
		saved = u.saved("session.db", `SELECT (SELECT json_group_array(value ->> '$.name') FROM json_each(state, '$.workflows')) FROM sessions ORDER BY rowid DESC LIMIT 1`)
		return saved == string(want)
	})
	if u.T.Failed() {
		u.T.Errorf("it knows %s, not %s", saved, want)
	}
}

// killEverything kills every process of the user at the same moment.
func (p *program) killEverything() {
	p.u.T.Helper()
	all := p.u.Processes()
	for _, victim := range all {
		victim.Kill(syscall.SIGSTOP) // so that none sees another's end
	}
	for _, victim := range all {
		victim.Kill(syscall.SIGKILL)
	}
	p.End()
	guardtest.NothingLeft(p.u.T, p.u.Mark(), deadline)
}

// refusedWith asserts the status that a request was refused with.
func refusedWith(t *testing.T, what string, status int, err error) {
	t.Helper()
	var refused *control.Refused
	if !errors.As(err, &refused) || refused.Status != status {
		t.Errorf("%s: %v", what, err)
	}
}

// What was under way when tray and guard were killed is named wherever the end is told
// of, and the review runs it again by the command that its record holds.
func TestWorkflowsOfAKilledSessionRunAgain(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.withSorter()
	p := u.launchExactly().ready()
	p.report(
		control.Workflow{ID: "1", Name: "nightly-report", Again: []string{"sh", "-c", `echo "run by $WHO" | tee -a report`}},
		control.Workflow{ID: "2", Name: "over before"},
		control.Workflow{ID: "3", Name: "mail-sorter"},
	)
	must(t, u.client().EndWorkflow(t.Context(), "sorter", "2"))
	p.Status("two workflows are under way", func(s control.Status) bool { return len(s.Workflows) == 2 })
	u.knows("nightly-report", "mail-sorter")
	p.killWithGuard()

	p = u.launchExactly().ready()
	const line = "2 workflows were active: nightly-report, mail-sorter"
	u.Notifications.Wait(t.Context(), func(n traytest.Notification) bool { return strings.Contains(n.Body, line) })
	wait(t, patience, "the terminal to name them", func() bool { return strings.Contains(p.Out.String(), line) })
	b := webtest.Open(t, 1280, u.URL(u.Dashboard)+"/review")
	b.Shows("mail-sorter")
	b.Click("[data-again]")
	b.Shows("Has run again")
	report, err := os.ReadFile(filepath.Join(u.Folder, "report"))
	if err != nil || string(report) != "run by sorter\n" {
		t.Errorf("the report is %q, %v", report, err)
	}
	u.Notifications.Wait(t.Context(), func(n traytest.Notification) bool { return n.Summary == "nightly-report has run again" })
	log, err := u.client().Log(t.Context(), "again-nightly-report", 10)
	if err != nil || !strings.Contains(fmt.Sprint(log.Lines), " run by sorter") {
		t.Errorf("its log is %+v, %v", log, err)
	}
	b.Click(`a[href="/services/again-nightly-report/log"]`)
	b.Shows("run by sorter")
	b.Allow("net::ERR_", "503", "404") // it outlives the Dashboard, and meets the next one

	service, err := u.client().RunAgain(t.Context(), "sorter", "1")
	if err != nil || service != "again-nightly-report" {
		t.Errorf("a second time it runs as %q, %v", service, err)
	}
	p.Status("it has run twice", func(s control.Status) bool {
		again, _ := s.Service(service)
		report, _ := os.ReadFile(filepath.Join(u.Folder, "report")) // of the next turn, if not of this
		return again.State == manager.Completed && string(report) == "run by sorter\nrun by sorter\n"
	})
	_, err = u.client().RunAgain(t.Context(), "sorter", "3")
	refusedWith(t, "one without a command", http.StatusConflict, err)
	_, err = u.client().RunAgain(t.Context(), "sorter", "2")
	refusedWith(t, "one that was over", http.StatusNotFound, err)
	p.report(control.Workflow{ID: "4", Name: "of this session", Again: []string{"touch", "never"}})
	_, err = u.client().RunAgain(t.Context(), "sorter", "4")
	refusedWith(t, "one of this session", http.StatusNotFound, err)
	p.quit()

	p = u.launchExactly().ready()
	if status := p.now(); status.Unclean != nil || len(status.Workflows) > 0 {
		t.Errorf("after a clean end: %+v, %+v", status.Unclean, status.Workflows)
	}
	_, err = u.client().RunAgain(t.Context(), "sorter", "4")
	refusedWith(t, "one of a session that ended cleanly", http.StatusNotFound, err)
	p.quit()
}

// What runs again is under way like any other: a second kill knows it.
func TestWhatRunsAgainIsKnownToASecondKill(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.withSorter()
	p := u.launchExactly().ready()
	p.report(control.Workflow{ID: "1", Name: "nightly-report", Again: []string{"sleep", "1000"}})
	for range 2 {
		u.knows("nightly-report")
		p.killEverything()
		p = u.launchExactly("--start").ready() // after two bad ends it would ask
		if _, err := u.client().RunAgain(t.Context(), "sorter", "1"); err != nil {
			t.Fatal(err)
		}
		status := p.Status("it runs again", func(s control.Status) bool { return len(s.Workflows) == 1 })
		if w := status.Workflows[0]; w.Name != "nightly-report" || w.Source != "sorter" {
			t.Errorf("under way: %+v", w)
		}
	}
	must(t, u.client().Act(t.Context(), "again-nightly-report", control.Stop))
	p.Status("it is stopped", func(s control.Status) bool { return len(s.Workflows) == 0 })
	u.knows()
	p.quit()
}

// What the Python platform has under way stands in its own database; after a kill its
// command runs again with the configuration and the inputs that stand there. Where it cannot,
// the review leads to the page of the run in the platform's Dashboard.
func TestThePlatformsWorkflowsRunAgain(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	home := filepath.Join(u.Folder, "platform")
	program := filepath.Join(home, "bin", "configurable-agents")
	must(t, os.MkdirAll(filepath.Dir(program), 0o700))
	const script = `#!/bin/sh
test "$1" = dashboard && exec sleep 1000
echo "$1 with $3 $4 for $KEY:"
cat "$2"
pwd
test -z "$FAIL"
`
	must(t, os.WriteFile(program, []byte(script), 0o700))
	u.WithServices(fmt.Sprintf(`  dashboard: {listen: 127.0.0.1:%d, builtin: dashboard}
  platform: {title: Platform, command: [bin/configurable-agents, dashboard], dir: %q, env: {KEY: me}, url: %q}
`, u.Dashboard, home, u.URL(u.Chat)))
	database := filepath.Join(home, "configurable_agents.db")
	url := "sqlite:///" + database
	p := u.launchExactly("--db-url", url).ready()
	conn, err := sqlite3.Open(database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Exec(`PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL;
		CREATE TABLE workflow_runs (id VARCHAR(36) NOT NULL, workflow_name VARCHAR(255) NOT NULL, status VARCHAR(50) NOT NULL, config_snapshot TEXT,
			inputs TEXT, started_at DATETIME NOT NULL, completed_at DATETIME, PRIMARY KEY (id));
		INSERT INTO workflow_runs VALUES
			('7f', 'nightly-report', 'running', '{''flow'': {''name'': ''nightly'', ''on'': None}}', '{"topic": "tea"}', datetime('now'), NULL),
			('80', 'odd-one', 'running', '<Config at 0x7f>', '', datetime('now', '+1 second'), NULL)`); err != nil {
		t.Fatal(err)
	}
	p.Status("two workflows are under way and nothing is missing", func(s control.Status) bool { return len(s.Workflows) == 2 && len(s.Notices) == 0 })
	u.knows("nightly-report", "odd-one")
	p.killEverything()
	if err := conn.Exec(`UPDATE workflow_runs SET status = 'failed'`); err != nil { // as the platform finds them later
		t.Fatal(err)
	}

	p = u.launchExactly("--db-url", url).ready()
	if files, err := filepath.Glob(u.State("again/*")); err != nil || len(files) > 0 {
		t.Errorf("written before anything is to run: %v, %v", files, err)
	}
	b := webtest.Open(t, 1280, u.URL(u.Dashboard)+"/review")
	b.Shows("It cannot be run again from here: its configuration cannot be read in the platform's database.")
	b.Until(`[...document.querySelectorAll("#interrupted a[target=_blank]")].map((a) => a.href + " " + a.innerText.split(":")[0].trim()).join() === ` + webtest.Quote(u.URL(u.Chat)+"/workflows/80 Open in Platform")) // only of that one
	b.Click("[data-again]")
	b.Shows("Has run again")
	b.Click(`a[href="/services/again-nightly-report/log"]`)
	b.Shows(`run with --input topic=tea for me:`)
	b.Shows(`{"flow":{"name":"nightly","on":null}}`)
	b.Shows(home)
	b.Allow("net::ERR_", "503", "404") // it outlives the Dashboard, and meets the next one
	_, err = u.client().RunAgain(t.Context(), "Python platform", "80")
	refusedWith(t, "one whose configuration cannot be read", http.StatusConflict, err)
	p.quit()
}

// A service that ends takes its reports with it, and the record tells of those that it
// was not asked to leave.
func TestAServiceThatEndsInterruptsItsWorkflows(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.withSorter()
	p := u.launchExactly().ready()
	running := func(s control.Status) bool {
		sorter, _ := s.Service("sorter")
		return sorter.State == manager.Ready && len(s.Workflows) == 0
	}
	p.report(control.Workflow{ID: "1", Name: "asked to end"})
	must(t, u.client().Act(t.Context(), "sorter", control.Restart))
	p.Status("nothing is under way", running)
	p.report(control.Workflow{ID: "1", Name: "killed"})
	u.knows("killed")
	sorter, _ := p.now().Service("sorter")
	must(t, syscall.Kill(sorter.PID, syscall.SIGKILL))
	p.Status("nothing is under way", running)
	u.knows()
	must(t, u.client().Act(t.Context(), "sorter", control.Stop))
	p.Status("the sorter is stopped", func(s control.Status) bool { sorter, _ := s.Service("sorter"); return sorter.PID == 0 })
	refusedWith(t, "of a service that does not run", http.StatusConflict,
		u.client().SetWorkflow(t.Context(), control.Workflow{Source: "sorter", ID: "1", Name: "x"}))
	refusedWith(t, "of no service", http.StatusNotFound,
		u.client().SetWorkflow(t.Context(), control.Workflow{Source: "nobody", ID: "1", Name: "x"}))
	p.quit()
	var told []string
	for _, e := range u.record()[0].events {
		if e.kind == "workflow interrupted" {
			told = append(told, e.service+" "+e.detail)
		}
	}
	if !slices.Equal(told, []string{"sorter killed"}) {
		t.Errorf("the record tells of %q", told)
	}
}

// The terminal and the status tell of each turn of a wish to quit, and of no change of
// mind when it comes true.
func TestTheTerminalTellsOfAWishToQuit(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.withSorter()
	p := u.launchExactly("ui").ready()
	p.report(control.Workflow{ID: "1", Name: "nightly-report"})
	says := func(times int, line string) {
		t.Helper()
		wait(t, patience, fmt.Sprintf("%d times %q", times, line), func() bool { return strings.Count(p.Out.String(), line) == times })
	}
	choose := func(do string) {
		t.Helper()
		must(t, u.client().Choose(t.Context(), do))
	}
	const asked, decided, takenBack = "Quit while a workflow is running?", "Quits after a workflow, at ", "the wish to quit was taken back"
	choose("quit")
	says(1, asked)
	if wish := p.Status("it asks", func(s control.Status) bool { return s.Quitting != nil }).Quitting; !wish.Asked || wish.Decided || wish.Workflows != 1 {
		t.Errorf("the status tells %+v", wish)
	}
	choose("keep-running")
	says(1, takenBack)
	choose("quit")
	says(2, asked)
	choose("finish")
	says(1, decided)
	must(t, u.client().EndWorkflow(t.Context(), "sorter", "1"))
	p.CleanEnd()
	says(1, takenBack)
}
