// Package platform reads which workflows the Python platform (configurable-agents) has
// under way, has run, and which agents it knows. Its database is theirs: it is opened for reading only, and only when it has
// changed.
//
// Two dialects of it are in use. The older one has a table workflow_runs and writes two
// files, configurable_agents.db and workflows.db beside it; the newer one has a table
// executions. Their times are UTC without a zone; their JSON columns may hold what
// Python's str() makes of a value instead.
package platform

import (
	"path/filepath"
	"strings"
	"time"
	"unicode"
)

// Source is what the platform is called as the source of a workflow. It cannot be the
// name of a service.
const Source = "Python platform"

// Program is the platform's command.
const Program = "configurable-agents"

// MaxRuns is how many runs are read: the latest.
const MaxRuns = 32

// A Run is one run of a workflow that is pending or running.
type Run struct {
	ID      string
	Name    string
	Started time.Time
	// Inputs are what it was started with, as NAME=value, in order.
	Inputs []string
	// Unreadable says what of it cannot be read, so that it cannot be run again: "its
	// inputs", "its configuration", or empty.
	Unreadable string
}

// State is what is known of the platform.
type State struct {
	Runs []Run // the latest last
	// Trouble is why that is not known, or may be out of date. Zero: it is known.
	Trouble Trouble
}

// Trouble is why the platform's database does not tell what is under way.
type Trouble struct {
	Kind   TroubleKind
	File   string
	Detail string // what SQLite says
}

// TroubleKind sorts troubles by what the user can do about them.
type TroubleKind string

const (
	Locked     TroubleKind = "locked"     // by another program; what was known before is shown
	Damaged    TroubleKind = "damaged"    // it is no sound database any more
	Unreadable TroubleKind = "unreadable" // for the reason in Detail
	Missing    TroubleKind = "missing"    // it is not there yet
	Foreign    TroubleKind = "foreign"    // it has none of the platform's tables
)

// Command is what runs r again, with its configuration in a file: see WriteConfig.
func (r Run) Command(program, config string) []string {
	command := []string{program, "run", config}
	for _, input := range r.Inputs {
		command = append(command, "--input", input)
	}
	return command
}

// files are the database files that may hold runs, given one of them.
func files(path string) []string {
	if other := filepath.Join(filepath.Dir(path), "workflows.db"); other != path {
		return []string{path, other}
	}
	return []string{path}
}

// text keeps the lines of any text, of at most limit characters in all.
func text(text string, limit int) string {
	text = strings.ToValidUTF8(text, "�")
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit-1]) + "…"
	}
	return strings.TrimSpace(text)
}

// line makes one line of any text, of at most limit characters.
func line(many string, limit int) string {
	words := strings.FieldsFunc(many, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	return text(strings.Join(words, " "), limit)
}
