package dashboard

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"agents-tray/manager/control"
	"agents-tray/manager/inspect"
	"agents-tray/services/web/webtest"
)

// platformTables are those of the platform that the pages show.
const platformTables = `CREATE TABLE executions (id VARCHAR(36) PRIMARY KEY, workflow_name VARCHAR(256), status VARCHAR(32), config_snapshot TEXT, inputs TEXT, outputs TEXT,
		error_message TEXT, started_at DATETIME, completed_at DATETIME, duration_seconds FLOAT, total_tokens INTEGER, total_cost_usd FLOAT);
	CREATE TABLE deployments (deployment_id VARCHAR(255) PRIMARY KEY, deployment_name VARCHAR(256), workflow_name VARCHAR(256), host VARCHAR(256), port INTEGER,
		last_heartbeat DATETIME, ttl_seconds INTEGER, registered_at DATETIME);`

// A database stands in for the platform's.
type database struct {
	t    testing.TB
	conn *sqlite3.Conn
}

// connected is an instance with the platform's database.
func connected(t *testing.T) (*instance, *database) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "workflows.db")
	conn, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.BusyTimeout(webtest.Patience); err != nil {
		t.Fatal(err)
	}
	db := &database{t, conn}
	db.do(platformTables)
	status := both()
	status.Platform, status.Started = path, time.Now().Add(-time.Hour)
	return start(t, status), db
}

func (db *database) do(statement string, arguments ...any) {
	db.t.Helper()
	if err := db.conn.Exec(fmt.Sprintf(statement, arguments...)); err != nil {
		db.t.Fatal(err)
	}
}

// run adds a run that began so long ago.
func (db *database) run(id, status string, ago time.Duration) {
	db.t.Helper()
	db.do(`INSERT INTO executions (id, workflow_name, status, started_at) VALUES ('%s', '%s-flow', '%s', %s)`, id, id, status, since(ago))
}

// since is a time as the platform writes it.
func since(ago time.Duration) string {
	return "'" + time.Now().UTC().Add(-ago).Format("2006-01-02 15:04:05.000000") + "'"
}

// history fills a database with what a week brings.
func (db *database) history() {
	db.t.Helper()
	for n := range 60 {
		db.run(fmt.Sprintf("done-%02d", n), "completed", time.Duration(n+2)*time.Hour)
	}
	db.do(`UPDATE executions SET completed_at = started_at, duration_seconds = 12.5, total_tokens = 12345, total_cost_usd = 0.0123`)
	db.run("research", "running", 20*time.Second)
	db.run("mail", "pending", 5*time.Second)
	db.run("night", "running", 10*time.Hour)
	db.run("article", "failed", 10*time.Minute)
	db.do(`UPDATE executions SET error_message = 'No key: set GOOGLE_API_KEY' || char(10) || 'Traceback (most recent call last)', completed_at = started_at, duration_seconds = 0.25 WHERE id = 'article'`)
	db.do(`INSERT INTO deployments VALUES ('w', 'writer', 'article', '127.0.0.1', 8001, %s, 3600, %s), ('r', 'reader', NULL, '127.0.0.1', 8002, %s, 60, %s)`,
		since(time.Minute), since(time.Hour), since(time.Hour), since(time.Hour))
}

// figures waits for the figures on top.
func figures(b *webtest.Tab, want string) {
	b.Helper()
	b.Until(`[...document.querySelectorAll("#figures dd")].slice(0, 3).map((e) => e.innerText.replace(/\s+/g, " ")).join("; ") === ` + webtest.Quote(want))
}

func TestRunsAreShownAsTheyAre(t *testing.T) {
	t.Parallel()
	i, db := connected(t)
	db.history()
	url := open(t, i)
	b := webtest.Open(t, webtest.Wide, url+"/runs")
	figures(b, "2 of 64 recorded; 1 of 2; 1")
	b.Until(`document.querySelector("#run-mail .state").innerText === "Waiting" && document.querySelector("#run-research .state").innerText === "Running"`)
	b.Until(`document.querySelector("#run-night .state").innerText === "Dead" && document.querySelector("#run-night").innerText.includes("nothing was recorded of it since")`)
	b.Until(`document.querySelector("#run-article summary").innerText === "No key: set GOOGLE_API_KEY"`)
	b.Until(`[...document.querySelectorAll("#run-done-00 td")].slice(3).map((e) => e.innerText).join() === "12 s,12\u202f345,$0.0123"`)
	b.Until(`[...document.querySelectorAll("#agents tbody tr")].map((e) => e.cells[0].innerText + " " + e.cells[1].innerText).join() === "Healthy writer runs article,Silent reader"`)
	b.Until(`document.querySelector("#shown").innerText === "1 to 25 of 64, newest first"`)

	b.Click(`a[rel="next"]`)
	b.Until(`document.querySelector("#shown").innerText === "26 to 50 of 64, newest first" && ` + webtest.Loaded) // nothing moves any more
	b.Click(`a[rel="next"]`)
	b.Until(`document.querySelector("#shown").innerText === "51 to 64 of 64, newest first" && !document.querySelector("a[rel=next]")`)
	webtest.Eval[any](b, `document.getElementById("status").value = "dead"; document.getElementById("status").dispatchEvent(new Event("change", { bubbles: true })); null`)
	b.Until(`document.querySelectorAll("#runs tbody tr").length === 1 && document.querySelector("#run-night") && location.search === "?status=dead"`)
	webtest.Eval[any](b, `document.getElementById("status").value = ""; document.getElementById("name").value = "ART"; document.getElementById("name").dispatchEvent(new Event("input", { bubbles: true })); null`)
	b.Until(`document.querySelectorAll("#runs tbody tr").length === 1 && document.querySelector("#run-article") && location.search === "?name=ART"`)
	webtest.Eval[any](b, `document.getElementById("name").value = "nothing like it"; document.getElementById("name").dispatchEvent(new Event("input", { bubbles: true })); null`)
	b.Shows("None of the 64 runs is like that.")
	figures(b, "2 of 64 recorded; 1 of 2; 1")
	if status, body := webtest.Request(t, "GET", url+"/runs?status=%27&name=%25&page=-3", nil); status != http.StatusOK {
		t.Errorf("odd parameters: %d %s", status, body)
	}
}

// What the platform writes appears without a reload, and what becomes old is said to be.
func TestRunsAreLive(t *testing.T) {
	t.Parallel()
	i, db := connected(t)
	b := webtest.Open(t, webtest.Wide, open(t, i)+"/runs")
	b.Shows("Nothing was run yet.")
	b.Shows("No agent has registered.")
	db.run("a", "running", 0)
	b.Until(`document.querySelector("#run-a .state").innerText === "Running"`)
	figures(b, "1 of 1 recorded; 0 of 0; 0")
	webtest.Eval[any](b, `window.kept = document.querySelector("#run-a"); null`)
	db.do(`UPDATE executions SET status = 'failed', completed_at = %s, error_message = 'it broke'`, since(0))
	b.Until(`window.kept.isConnected && window.kept.innerText.includes("it broke")`)
	figures(b, "0 of 1 recorded; 0 of 0; 1")
	db.do(`INSERT INTO deployments VALUES ('w', 'writer', NULL, '127.0.0.1', 8001, %s, 3600, %s)`, since(0), since(0))
	figures(b, "0 of 1 recorded; 1 of 1; 1")
	db.do(`INSERT INTO deployments VALUES ('r', 'reader', NULL, '127.0.0.1', 8002, %s, 2, %s)`, since(0), since(0))
	figures(b, "0 of 1 recorded; 1 of 2; 1") // once its heartbeat is overdue, although nothing is written

	at := time.Now()
	i.use(control.Usages{"chat": inspect.Usage{At: at, Processes: 1}})
	b.Until(`/^\d+ %$/.test(document.querySelector("[data-computer=memory]").textContent)`)
	for n := 1; !webtest.Eval[bool](b, `/^\d+ %$/.test(document.querySelector("[data-computer=cpu]").textContent)`); n++ { // the system counts in hundredths of a second
		i.use(control.Usages{"chat": inspect.Usage{At: at.Add(time.Duration(n) * time.Second), Processes: 1}})
	}
	i.stop()
	b.Shows("is not running any more")
	i.serve(t)
	figures(b, "0 of 1 recorded; 1 of 2; 1")
}

func TestWithoutADatabaseTheLineThatConnectsItIsThere(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	b := webtest.Open(t, webtest.Wide, open(t, i)+"/runs")
	b.Shows("No database is connected")
	b.Shows("db_url: sqlite:////path/to/workflows.db")
	path := filepath.Join(t.TempDir(), "workflows.db")
	i.change(func(s *control.Status) { s.Platform = path })
	b.Shows("The Python platform has made no database yet.")
	figures(b, "0 of 0 recorded; 0 of 0; 0")
}

func TestADatabaseIsLeftAloneWithoutAPage(t *testing.T) {
	i, db := connected(t)
	d := newDashboard(i.client)
	changed, leave := d.followPlatform(i.status.Platform)
	webtest.Next(t, changed) // it was read at first
	db.run("a", "running", 0)
	webtest.Next(t, changed)
	feed := d.platforms.feeds[i.status.Platform]
	leave()
	webtest.Next(t, feed.ended)
}
