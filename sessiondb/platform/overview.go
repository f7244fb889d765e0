package platform

import (
	"cmp"
	"encoding/json"
	"errors"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// PageSize is how many runs are on one page.
const PageSize = 25

const (
	recently     = 24 * time.Hour // errors are counted for so long
	defaultTTL   = time.Minute    // of an agent that names none, as in the platform's code
	maxAgents    = 200
	maxErrorText = 4000 // characters
)

// RunState is the status of a run in the platform's words, but for those that are not over:
// they are active or dead.
type RunState string

const (
	Active    RunState = "active" // pending or running
	Completed RunState = "completed"
	Failed    RunState = "failed"
	Cancelled RunState = "cancelled"
	// Dead is what was pending or running before Query.Since and of which nothing was
	// recorded since: whoever ran it has ended without saying so.
	Dead RunState = "dead"
)

// A Record is one run of a workflow, whatever became of it. What the platform did not
// record is zero.
type Record struct {
	ID        string
	Workflow  string
	State     RunState
	Status    string // in the platform's words
	Started   time.Time
	Completed time.Time
	Duration  time.Duration
	Tokens    int64
	Cost      float64 // in US dollars
	Error     string
}

// An Agent is a program that has registered with the platform.
type Agent struct {
	ID, Name  string
	Workflow  string // that it runs, in the newer dialect
	Address   string // host:port
	Heartbeat time.Time
	TTL       time.Duration
	Healthy   bool // its last heartbeat is not older than TTL
}

// Query says what of the platform's database is wanted.
type Query struct {
	State RunState // only these runs; empty: all
	Name  string   // only workflows whose name contains it, in any case of ASCII letters
	Page  int      // of runs, from 0
	Since time.Time
	Now   time.Time
	// Living are the ids of runs that are known to be under way, although they began before Since.
	Living []string
}

// Overview is what the platform runs and has run.
type Overview struct {
	Active, Total int // runs
	Failed        int // runs that began in the last 24 hours
	Healthy       int // of Agents
	Agents        []Agent

	Runs     []Record // one page of those that match, newest first
	Matching int

	// Until is when time alone changes something of this; zero: never.
	Until   time.Time
	Trouble Trouble
	Again   bool // a file was locked: read once more
}

// Read reads what q asks for from the platform's files.
func Read(path string, q Query) Overview {
	var o Overview
	var found troubles
	for _, file := range files(path) {
		found.note(file, o.add(file, q))
	}
	o.Trouble, o.Again = found.verdict(path)
	sort.SliceStable(o.Runs, func(a, b int) bool { return o.Runs[a].Started.After(o.Runs[b].Started) })
	begin := min(max(0, q.Page)*PageSize, len(o.Runs))
	o.Runs = o.Runs[begin:min(begin+PageSize, len(o.Runs))]
	sort.SliceStable(o.Agents, func(a, b int) bool {
		return cmp.Or(o.Agents[b].Heartbeat.Compare(o.Agents[a].Heartbeat), strings.Compare(o.Agents[a].Name, o.Agents[b].Name)) < 0
	})
	for i := range o.Agents {
		a := &o.Agents[i]
		ends := a.Heartbeat.Add(a.TTL)
		if a.Healthy = q.Now.Before(ends); a.Healthy {
			o.Healthy++
			o.changesAt(ends)
		}
	}
	return o
}

func (o *Overview) changesAt(t time.Time) {
	if o.Until.IsZero() || t.Before(o.Until) {
		o.Until = t
	}
}

// add adds what one file holds.
func (o *Overview) add(path string, q Query) (err error) {
	conn, err := open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	table, runsErr := tableOf(conn)
	if runsErr != nil && !errors.Is(runsErr, errNoRuns) {
		return runsErr
	}
	if err := o.addAgents(conn); err != nil {
		return err
	}
	if runsErr != nil {
		return runsErr
	}
	return o.addRuns(conn, table, q)
}

// addRuns counts the runs of a table, and adds all up to the end of the page.
func (o *Overview) addRuns(conn *sqlite3.Conn, table string, q Query) error {
	has, err := columnsOf(conn, table)
	if err != nil {
		return err
	}
	states, err := columnsOf(conn, "execution_states")
	if err != nil {
		return err
	}
	since := q.Since.UTC().Format("2006-01-02 15:04:05.000000")
	livingIDs, err := json.Marshal(append([]string{}, q.Living...))
	if err != nil {
		return err
	}
	living := string(livingIDs)
	lives := `started_at >= ?1 OR r.id IN (SELECT value FROM json_each(?2))`
	if key := states.first("execution_id", "run_id"); key != "NULL" && states["created_at"] {
		lives += ` OR EXISTS (SELECT 1 FROM execution_states s WHERE s.` + key + ` = r.id AND s.created_at >= ?1)`
	}
	state := `CASE WHEN completed_at IS NOT NULL OR lower(status) NOT IN ('pending', 'running') THEN lower(status)
		WHEN ` + lives + ` THEN 'active' ELSE 'dead' END`

	recent := q.Now.Add(-recently).UTC().Format("2006-01-02 15:04:05.000000")
	err = each(conn, `SELECT `+state+` AS state, count(*), count(*) FILTER (WHERE started_at >= ?3), min(started_at) FILTER (WHERE started_at >= ?3) FROM `+table+` r GROUP BY state`,
		[]string{since, living, recent}, func(row *sqlite3.Stmt) {
			o.Total += row.ColumnInt(1)
			switch RunState(row.ColumnText(0)) {
			case Active:
				o.Active += row.ColumnInt(1)
			case Failed:
				if o.Failed += row.ColumnInt(2); row.ColumnInt(2) > 0 {
					o.changesAt(parseTime(row.ColumnText(3)).Add(recently))
				}
			}
		})
	if err != nil {
		return err
	}
	var matching string // what is asked for is compared as it is: a % in it is no wildcard
	if q.State != "" {
		matching += ` AND ?3 = ` + state
	}
	if q.Name != "" {
		matching += ` AND instr(lower(workflow_name), lower(?4)) > 0`
	}
	about := []string{since, living, string(q.State), q.Name, strconv.Itoa((max(0, q.Page) + 1) * PageSize)}
	err = each(conn, `SELECT count(*) FROM `+table+` r WHERE ?1 != '' AND ?2 != ''`+matching, about, func(row *sqlite3.Stmt) { o.Matching += row.ColumnInt(0) })
	if err != nil {
		return err
	}
	return each(conn, `SELECT id, workflow_name, `+state+`, status, started_at, completed_at, `+has.first("duration_seconds")+`, `+has.first("total_tokens")+`, `+
		has.first("total_cost_usd")+`, `+has.first("error_message")+` FROM `+table+` r
		WHERE rowid IN (SELECT rowid FROM `+table+` r WHERE ?1 != ''`+matching+` ORDER BY started_at DESC, rowid DESC LIMIT CAST(?5 AS INTEGER))
		ORDER BY started_at DESC, rowid DESC`, about, func(row *sqlite3.Stmt) {
		r := Record{
			ID: row.ColumnText(0), Workflow: line(row.ColumnText(1), 200), State: RunState(row.ColumnText(2)), Status: line(row.ColumnText(3), 40),
			Started: parseTime(row.ColumnText(4)), Completed: parseTime(row.ColumnText(5)),
			Duration: time.Duration(row.ColumnFloat(6) * float64(time.Second)), Tokens: row.ColumnInt64(7), Cost: row.ColumnFloat(8),
			Error: text(row.ColumnText(9), maxErrorText),
		}
		if r.Duration <= 0 && !r.Completed.IsZero() && !r.Started.IsZero() {
			r.Duration = r.Completed.Sub(r.Started)
		}
		r.Workflow = cmp.Or(r.Workflow, "Run "+line(r.ID, 100))
		o.Runs = append(o.Runs, r)
	})
}

// addAgents adds the agents of one file, which the newer dialect calls deployments.
func (o *Overview) addAgents(conn *sqlite3.Conn) error {
	for _, table := range []string{"agents", "deployments"} {
		has, err := columnsOf(conn, table)
		if err != nil {
			return err
		}
		if len(has) == 0 {
			continue
		}
		err = each(conn, `SELECT `+strings.Join([]string{
			has.first("agent_id", "deployment_id", "id"), has.first("agent_name", "deployment_name", "name"), has.first("workflow_name"),
			has.first("host"), has.first("port"), has.first("last_heartbeat"), has.first("ttl_seconds"),
		}, ", ")+` FROM `+table+` LIMIT CAST(?1 AS INTEGER)`, []string{strconv.Itoa(maxAgents)}, func(row *sqlite3.Stmt) {
			a := Agent{
				ID: line(row.ColumnText(0), 200), Name: line(row.ColumnText(1), 200), Workflow: line(row.ColumnText(2), 200),
				Heartbeat: parseTime(row.ColumnText(5)), TTL: time.Duration(row.ColumnInt64(6)) * time.Second,
			}
			if a.Address = line(row.ColumnText(3), 200); a.Address != "" && row.ColumnInt(4) != 0 {
				a.Address += ":" + row.ColumnText(4)
			}
			a.TTL = cmp.Or(a.TTL, defaultTTL)
			a.Name = cmp.Or(a.Name, a.ID)
			o.Agents = append(o.Agents, a)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// columns are those that a table has; none, if there is no such table.
type columns map[string]bool

func columnsOf(conn *sqlite3.Conn, table string) (columns, error) {
	has := columns{}
	err := each(conn, `SELECT name FROM pragma_table_info(?1)`, []string{table}, func(row *sqlite3.Stmt) { has[row.ColumnText(0)] = true })
	return has, err
}

// first is the first of these columns that there is, or NULL.
func (c columns) first(names ...string) string {
	for _, name := range names {
		if c[name] {
			return name
		}
	}
	return "NULL"
}

// each calls see with each row of a query.
func each(conn *sqlite3.Conn, query string, arguments []string, see func(*sqlite3.Stmt)) (err error) {
	stmt, _, err := conn.Prepare(query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stmt.Close()) }()
	for i, argument := range arguments {
		if i == stmt.BindCount() {
			break
		}
		if err := stmt.BindText(i+1, argument); err != nil {
			return err
		}
	}
	for stmt.Step() {
		see(stmt)
	}
	return stmt.Err()
}
