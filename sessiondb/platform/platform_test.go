package platform

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// The tables as SQLAlchemy creates them, of the older dialect and of the newer.
const (
	older = `CREATE TABLE workflow_runs (
		id VARCHAR(36) NOT NULL, workflow_name VARCHAR(255) NOT NULL, status VARCHAR(50) NOT NULL, config_snapshot TEXT, inputs TEXT,
		outputs TEXT, error_message TEXT, started_at DATETIME NOT NULL, completed_at DATETIME, duration_seconds FLOAT, total_tokens INTEGER,
		total_cost_usd FLOAT, bottleneck_info TEXT, PRIMARY KEY (id)
	);
	CREATE TABLE agents (id VARCHAR(36) NOT NULL, name VARCHAR(255) NOT NULL, PRIMARY KEY (id));`
	newer = `CREATE TABLE executions (
		id VARCHAR(36) NOT NULL, workflow_name VARCHAR(255) NOT NULL, status VARCHAR(50) NOT NULL, config_snapshot TEXT, inputs TEXT,
		outputs TEXT, error_message TEXT, started_at DATETIME, completed_at DATETIME, duration_seconds FLOAT, total_tokens INTEGER,
		total_cost_usd FLOAT, bottleneck_info TEXT, PRIMARY KEY (id)
	);
	CREATE TABLE deployments (id VARCHAR(36) NOT NULL, name VARCHAR(255) NOT NULL, PRIMARY KEY (id));`
	onlyAgents = `CREATE TABLE agents (id VARCHAR(36) NOT NULL, name VARCHAR(255) NOT NULL, PRIMARY KEY (id))`
)

// patience bounds every wait.
const patience = 20 * time.Second

// database opens a file as the platform does, to be closed by the test's end at the latest.
func database(t *testing.T, path string, statements ...string) *sqlite3.Conn {
	t.Helper()
	conn, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })                 // closed by the test, perhaps
	if err := conn.BusyTimeout(patience); err != nil { // as Python does: it meets readers
		t.Fatal(err)
	}
	for _, statement := range statements {
		execute(t, conn, statement)
	}
	return conn
}

func execute(t *testing.T, conn *sqlite3.Conn, statement string) {
	t.Helper()
	if err := conn.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// run is the statement that adds a run which began so many minutes ago.
func run(table, id, status string, minutes int, config, inputs string) string {
	quote := func(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
	began := time.Now().UTC().Add(-time.Duration(minutes) * time.Minute).Format("2006-01-02 15:04:05.000000")
	return `INSERT INTO ` + table + ` (id, workflow_name, status, config_snapshot, inputs, started_at) VALUES (` +
		strings.Join([]string{quote(id), quote(id + "-flow"), quote(status), quote(config), quote(inputs), quote(began)}, ", ") + `)`
}

// states are what a watcher has told.
type states chan State

// watch watches a file until the test ends.
func watch(t *testing.T, path string) states {
	t.Helper()
	told := make(states, 100)
	w, err := Watch(Options{Path: path, Since: time.Now().Add(-time.Hour), Changed: func(s State) { told <- s }, settle: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return told
}

// until waits for a state with these runs and that trouble.
func (s states) until(t *testing.T, trouble TroubleKind, ids ...string) State {
	t.Helper()
	var last State
	for end := time.After(patience); ; {
		select {
		case last = <-s:
		case <-end:
			t.Fatalf("waited in vain for %q and %q: %+v", ids, trouble, last)
		}
		var got []string
		for _, run := range last.Runs {
			got = append(got, run.ID)
		}
		if slices.Equal(got, ids) && last.Trouble.Kind == trouble {
			return last
		}
	}
}

func TestBothDialects(t *testing.T) {
	for table, schema := range map[string]string{"workflow_runs": older, "executions": newer} {
		t.Run(table, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "configurable_agents.db")
			database(t, path, schema,
				run(table, "now", "running", 5, `{"flow": {"name": "x"}}`, `{"topic": "tea", "count": 3, "deep": {"a": [1.50, null, true]}}`),
				run(table, "soon", "pending", 4, `{'flow': {'name': 'x', 'on': True, 'none': None}}`, ``),
				run(table, "fresh", "RUNNING", 3, `{"a": 1}`, `<Inputs object at 0x7f>`),
				run(table, "before", "running", 120, `{}`, `{}`),
				run(table, "done", "completed", 5, `{}`, `{}`),
				run(table, "over", "running", 5, `{}`, `{}`),
				`UPDATE `+table+` SET completed_at = started_at WHERE id = 'over'`,
			)
			now := watch(t, path).until(t, "", "now", "soon", "fresh")
			first := now.Runs[0]
			if first.Name != "now-flow" || first.Unreadable != "" || time.Since(first.Started) < 5*time.Minute || time.Since(first.Started) > 6*time.Minute {
				t.Errorf("%+v", first)
			}
			want := []string{"configurable-agents", "run", "f.yaml", "--input", "count=3", "--input", `deep={"a":[1.50,null,true]}`, "--input", "topic=tea"}
			if got := first.Command(Program, "f.yaml"); !slices.Equal(got, want) {
				t.Errorf("%q", got)
			}
			if now.Runs[1].Unreadable != "" || now.Runs[1].Inputs != nil || now.Runs[2].Unreadable != "its inputs" {
				t.Errorf("%+v", now.Runs[1:])
			}
			file := filepath.Join(t.TempDir(), "again", "soon.yaml")
			must(t, WriteConfig(path, "soon", file))
			written, err := os.ReadFile(file)
			if err != nil || string(written) != `{"flow":{"name":"x","none":null,"on":true}}` {
				t.Errorf("%s, %v", written, err)
			}
			if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info.Mode(), err)
			}
			if err := WriteConfig(path, "nobody", file); err == nil || !strings.Contains(err.Error(), "no longer in") {
				t.Errorf("of a run that is gone: %v", err)
			}
		})
	}
}

// The older dialect writes two files, of which either may hold the runs.
func TestTheTwoFilesOfTheOlderDialect(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "configurable_agents.db")
	database(t, path, onlyAgents)
	told := watch(t, path)
	told.until(t, "")
	other := database(t, filepath.Join(folder, "workflows.db"), older, run("workflow_runs", "a", "running", 2, `{"a": 1}`, ``))
	told.until(t, "", "a")
	execute(t, other, `UPDATE workflow_runs SET status = 'completed'`)
	told.until(t, "")
	if err := WriteConfig(path, "a", filepath.Join(folder, "a.yaml")); err != nil {
		t.Error(err)
	}
}

func TestAnotherProgramsDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.db")
	conn := database(t, path, `CREATE TABLE mail (id INTEGER)`)
	told := watch(t, path)
	told.until(t, Foreign)
	execute(t, conn, newer)
	told.until(t, "")
}

func TestOnlyTheLatestRunsAreRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "configurable_agents.db")
	conn := database(t, path, newer, `BEGIN`)
	for n := range 50 {
		execute(t, conn, run("executions", string(rune('a'+n)), "running", 55-n, `{}`, ``))
	}
	execute(t, conn, `COMMIT`)
	state := <-watch(t, path)
	if len(state.Runs) != MaxRuns || state.Runs[0].ID != string(rune('a'+18)) || state.Runs[MaxRuns-1].ID != string(rune('a'+49)) {
		t.Errorf("%d runs, from %q to %q", len(state.Runs), state.Runs[0].ID, state.Runs[len(state.Runs)-1].ID)
	}
}

func TestThisComputerWasStartedBeforeNow(t *testing.T) {
	boot, err := BootTime()
	if err != nil || !boot.Before(time.Now()) || time.Since(boot) > 10*365*24*time.Hour {
		t.Errorf("%v, %v", boot, err)
	}
}

// must ends the test if something that it needs has failed.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
