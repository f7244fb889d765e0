package platform

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// The tables as the platform's two dialects declare them.
const (
	olderTables = `CREATE TABLE workflow_runs (
		id VARCHAR(36) NOT NULL, workflow_name VARCHAR(256) NOT NULL, status VARCHAR(32) NOT NULL, config_snapshot TEXT, inputs TEXT, outputs TEXT, error_message TEXT,
		started_at DATETIME NOT NULL, completed_at DATETIME, duration_seconds FLOAT, total_tokens INTEGER, total_cost_usd FLOAT, bottleneck_info TEXT, PRIMARY KEY (id));
	CREATE TABLE execution_states (id INTEGER NOT NULL, run_id VARCHAR(36) NOT NULL, node_id VARCHAR(128) NOT NULL, state_data TEXT NOT NULL, created_at DATETIME NOT NULL, PRIMARY KEY (id));
	CREATE TABLE agents (agent_id VARCHAR(255) NOT NULL, agent_name VARCHAR(256) NOT NULL, host VARCHAR(256) NOT NULL, port INTEGER NOT NULL,
		last_heartbeat DATETIME NOT NULL, ttl_seconds INTEGER NOT NULL, agent_metadata VARCHAR(4000), registered_at DATETIME NOT NULL, PRIMARY KEY (agent_id));`
	newerTables = `CREATE TABLE executions (
		id VARCHAR(36) NOT NULL, workflow_name VARCHAR(256) NOT NULL, status VARCHAR(32) NOT NULL, config_snapshot TEXT, inputs TEXT, outputs TEXT, error_message TEXT,
		started_at DATETIME NOT NULL, completed_at DATETIME, duration_seconds FLOAT, total_tokens INTEGER, total_cost_usd FLOAT, bottleneck_info TEXT, deployment_id VARCHAR(255), PRIMARY KEY (id));
	CREATE TABLE execution_states (id INTEGER NOT NULL, execution_id VARCHAR(36) NOT NULL, node_id VARCHAR(128) NOT NULL, state_data TEXT NOT NULL, created_at DATETIME NOT NULL, PRIMARY KEY (id));
	CREATE TABLE deployments (deployment_id VARCHAR(255) NOT NULL, deployment_name VARCHAR(256) NOT NULL, workflow_name VARCHAR(256), host VARCHAR(256) NOT NULL, port INTEGER NOT NULL,
		last_heartbeat DATETIME NOT NULL, ttl_seconds INTEGER NOT NULL, capabilities VARCHAR(4000), deployment_metadata VARCHAR(4000), registered_at DATETIME NOT NULL, PRIMARY KEY (deployment_id));`
)

// at is a time as SQLAlchemy writes it, so long ago.
func at(ago time.Duration) string {
	return "'" + time.Now().UTC().Add(-ago).Format("2006-01-02 15:04:05.000000") + "'"
}

// began is one hour ago.
func began() Query { return Query{Since: time.Now().Add(-time.Hour), Now: time.Now()} }

func ids(runs []Record) string {
	names := make([]string, len(runs))
	for i, r := range runs {
		names[i] = r.ID
	}
	return strings.Join(names, " ")
}

func TestBothDialectsAreRead(t *testing.T) {
	for name, dialect := range map[string]struct{ tables, runs, key, agents, columns string }{
		"older": {olderTables, "workflow_runs", "run_id", "agents", "agent_id, agent_name, host, port, last_heartbeat, ttl_seconds, registered_at"},
		"newer": {newerTables, "executions", "execution_id", "deployments", "deployment_id, deployment_name, host, port, last_heartbeat, ttl_seconds, registered_at"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "workflows.db")
			conn := database(t, path, dialect.tables)
			row := func(id, status, started, rest string) {
				execute(t, conn, fmt.Sprintf(`INSERT INTO %s (id, workflow_name, status, started_at, completed_at, duration_seconds, total_tokens, total_cost_usd, error_message)
					VALUES ('%s', 'flow of %s', '%s', %s, %s)`, dialect.runs, id, id, status, started, rest))
			}
			row("runs", "running", at(time.Minute), "NULL, NULL, NULL, NULL, NULL")
			row("waits", "PENDING", at(2*time.Minute), "NULL, NULL, NULL, NULL, NULL")
			row("went", "completed", at(3*time.Minute), at(2*time.Minute)+", 12.5, 1234, 0.0125, NULL")
			row("broke", "failed", at(2*time.Hour), at(2*time.Hour)+", 0.5, 0, 0, 'no key\nsecond line'")
			row("broke-long-ago", "failed", at(25*time.Hour), at(25*time.Hour)+", 0.5, 0, 0, 'x'")
			row("given-up", "cancelled", at(4*time.Hour), at(3*time.Hour)+", NULL, NULL, NULL, NULL")
			row("dead", "running", at(5*time.Hour), "NULL, NULL, NULL, NULL, NULL")
			row("old-but-alive", "running", at(6*time.Hour), "NULL, NULL, NULL, NULL, NULL")
			execute(t, conn, `INSERT INTO execution_states (`+dialect.key+`, node_id, state_data, created_at) VALUES ('old-but-alive', 'n', '{}', `+at(time.Minute)+`)`)
			execute(t, conn, `INSERT INTO `+dialect.agents+` (`+dialect.columns+`) VALUES ('a1', 'writer', '127.0.0.1', 8001, `+at(50*time.Second)+`, 60, `+at(time.Hour)+`),
				('a2', 'reader', '127.0.0.1', 8002, `+at(70*time.Second)+`, 60, `+at(time.Hour)+`)`)

			o := Read(path, began())
			if o.Trouble != (Trouble{}) || o.Active != 3 || o.Total != 8 || o.Failed != 1 || o.Healthy != 1 || len(o.Agents) != 2 || o.Matching != 8 {
				t.Errorf("%+v", o)
			}
			if got := ids(o.Runs); got != "runs waits went broke given-up dead old-but-alive broke-long-ago" {
				t.Errorf("in the order %s", got)
			}
			states := map[string]RunState{}
			for _, r := range o.Runs {
				states[r.ID] = r.State
			}
			if states["runs"] != Active || states["waits"] != Active || states["dead"] != Dead || states["old-but-alive"] != Active || states["given-up"] != Cancelled {
				t.Errorf("%v", states)
			}
			went, broke := o.Runs[2], o.Runs[3]
			if went.Duration != 12500*time.Millisecond || went.Tokens != 1234 || went.Cost != 0.0125 || went.Workflow != "flow of went" {
				t.Errorf("%+v", went)
			}
			if broke.Error != "no key\nsecond line" || o.Runs[4].Duration.Round(time.Minute) != time.Hour {
				t.Errorf("%+v, %+v", broke, o.Runs[4])
			}
			writer := o.Agents[0]
			if writer.Name != "writer" || writer.Address != "127.0.0.1:8001" || !writer.Healthy || o.Agents[1].Healthy {
				t.Errorf("%+v", o.Agents)
			}
			if wait := time.Until(o.Until); wait <= 0 || wait > 10*time.Second {
				t.Errorf("the next heartbeat is due in %v", wait)
			}
			known := began() // by the instance, which has seen the row change
			known.Living = []string{"dead", "went"}
			if o := Read(path, known); o.Active != 4 || o.Runs[5].State != Active || o.Runs[2].State != Completed {
				t.Errorf("known to be alive: %+v", o)
			}
			later := began()
			later.Now = o.Until
			if o := Read(path, later); o.Healthy != 0 {
				t.Errorf("%d agents are healthy after their last heartbeat", o.Healthy)
			}
		})
	}
}

func TestRunsAreFilteredAndPaged(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "configurable_agents.db")
	first, second := database(t, path, olderTables), database(t, filepath.Join(folder, "workflows.db"), newerTables)
	for n := range 60 { // by turns in both files
		conn, table := first, "workflow_runs"
		if n%2 == 1 {
			conn, table = second, "executions"
		}
		status := []string{"completed", "failed", "running"}[n%3]
		execute(t, conn, fmt.Sprintf(`INSERT INTO %s (id, workflow_name, status, started_at) VALUES ('%02d', '100%% Flow_%d', '%s', %s)`,
			table, n, n%10, status, at(time.Duration(n)*time.Minute)))
	}
	q := began()
	o := Read(path, q)
	if o.Matching != 60 || o.Total != 60 || len(o.Runs) != PageSize || o.Runs[0].ID != "00" || o.Runs[24].ID != "24" {
		t.Errorf("%d of %d: %s", len(o.Runs), o.Matching, ids(o.Runs))
	}
	q.Page = 2
	if o = Read(path, q); ids(o.Runs) != "50 51 52 53 54 55 56 57 58 59" {
		t.Errorf("page 3: %s", ids(o.Runs))
	}
	q.Page = 9
	if o = Read(path, q); len(o.Runs) != 0 || o.Matching != 60 {
		t.Errorf("page 10: %s", ids(o.Runs))
	}
	q.Page, q.State = 0, Failed
	if o = Read(path, q); o.Matching != 20 || o.Runs[0].ID != "01" || o.Total != 60 {
		t.Errorf("failed: %s", ids(o.Runs))
	}
	q.State, q.Name = "", "FLOW_7"
	if o = Read(path, q); ids(o.Runs) != "07 17 27 37 47 57" {
		t.Errorf("by name: %s", ids(o.Runs))
	}
	for name, want := range map[string]int{"100%": 60, "%": 60, "flow_": 60, "Flow%7": 0, "'": 0, "_": 60, "x": 0} {
		q.Name = name
		if o := Read(path, q); o.Matching != want || o.Trouble != (Trouble{}) {
			t.Errorf("%q matches %d, %+v", name, o.Matching, o.Trouble)
		}
	}
}

func TestWhatCannotBeReadIsTold(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "workflows.db")
	if o := Read(path, began()); o.Trouble.Kind != Missing {
		t.Errorf("a file that is not there: %+v", o)
	}
	database(t, path, `CREATE TABLE mail (id INTEGER)`)
	if o := Read(path, began()); o.Trouble.Kind != Foreign {
		t.Errorf("another program's: %+v", o)
	}
	conn := database(t, path, onlyAgents, `INSERT INTO agents VALUES ('a', 'b')`)
	if o := Read(path, began()); o.Trouble != (Trouble{}) || len(o.Agents) != 1 || o.Agents[0].Healthy {
		t.Errorf("one without runs: %+v", o)
	}
	execute(t, conn, `CREATE TABLE executions (id TEXT, workflow_name TEXT, status TEXT, started_at TEXT, completed_at TEXT)`)
	execute(t, conn, `INSERT INTO executions VALUES ('a', NULL, 'completed', 'yesterday', NULL), ('b', x'ff', 'odd', NULL, NULL)`)
	o := Read(path, began())
	if o.Trouble != (Trouble{}) || len(o.Runs) != 2 || !o.Runs[0].Started.IsZero() || o.Runs[0].Workflow != "Run a" {
		t.Errorf("odd rows: %+v", o)
	}
}

// What the Dashboard does with 100,000 runs while they change.
func BenchmarkRead100000Runs(b *testing.B) {
	path := filepath.Join(b.TempDir(), "workflows.db")
	conn, err := sqlite3.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	err = conn.Exec(newerTables + `; WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n LIMIT 100000)
		INSERT INTO executions (id, workflow_name, status, started_at, completed_at, config_snapshot)
		SELECT printf('%036d', i), 'flow', 'completed', datetime('now', '-' || i || ' minutes'), datetime('now'), hex(randomblob(200)) FROM n`)
	if err != nil || conn.Close() != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if o := Read(path, began()); o.Total != 100_000 || len(o.Runs) != PageSize {
			b.Fatalf("%d, %+v", o.Total, o.Trouble)
		}
	}
}
