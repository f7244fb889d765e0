// Package workflow checks workflow files of the Python platform, schema version "1.0": their
// structure by a JSON Schema, and by code what a schema cannot say (names that refer to
// others, types, conditions, the graph).
//
// The platform exists in two dialects that both call themselves "1.0"; Main and Dev name
// them. A file is valid if one of them takes it. Nothing of a workflow is ever run here.
package workflow

import (
	"cmp"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

// A Finding is something to say about one place of a file.
type Finding struct {
	Line, Column int    // from 1, the column in characters
	Rule         string // as the platform's documentation numbers them: "E2"; "YAML" for what is no YAML
	Text         string // what is wrong, and what to do about it
	Warning      bool   // the file can be run all the same
}

// Dialects of the platform.
const (
	Main = "main" // its default branch: has "parallel", no forks
	Dev  = "dev"  // has forks (a list in "to"), no "parallel"
)

// Result is the outcome of a check.
type Result struct {
	Errors, Warnings []Finding // in the order of the file

	Name         string   // of the flow
	Nodes        int      // how many there are
	Inputs       []string // required state fields, which a run must be given
	Environment  []string // variables that a run needs, such as "GOOGLE_API_KEY"
	Dialect      string   // the only dialect that takes the file, or "" for both
	DialectCause string   // what the other one does not know
}

// Valid reports whether the file can be run.
func (r *Result) Valid() bool { return len(r.Errors) == 0 }

// Limits of a file. One of 1,000 nodes has some 350 kB and 30,000 values.
const (
	MaxSize  = 2 << 20 // bytes
	maxNodes = 150_000 // values, those of aliases counted at each use
	maxDepth = 60      // of lists and mappings
	maxFound = 500     // errors, and as many warnings
)

// Check checks a file. It reports all errors, except that of a text that is no YAML only the
// first is known.
func Check(data []byte) *Result { return check(data, false) }

// CheckGrowing checks the beginning of a file that is still being written: what the rest may
// put right is not reported. A last line without its end is not looked at.
func CheckGrowing(data []byte) *Result { return check(data, true) }

func check(data []byte, growing bool) *Result {
	c := &checker{result: &Result{}, growing: growing}
	if growing {
		data = data[:lastLineEnd(data)]
	}
	if root := c.read(data); root != nil {
		c.root = root
		c.checkStructure(root)
		c.collect(root)
		c.checkState()
		c.checkNodes()
		c.checkEdges()
		c.checkGraph()
		c.checkUse()
		c.checkDialects()
		c.summarize(root)
	}
	byPlace := func(a, b Finding) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) }
	slices.SortStableFunc(c.result.Errors, byPlace)
	slices.SortStableFunc(c.result.Warnings, byPlace)
	return c.result
}

// lastLineEnd is the length of data up to its last complete line.
func lastLineEnd(data []byte) int {
	for i := len(data); i > 0; i-- {
		if data[i-1] == '\n' {
			return i
		}
	}
	return 0
}

// checker is one check.
type checker struct {
	result  *Result
	growing bool
	lines   []string
	root    *value
	flow    flow // the parts that refer to each other

	onlyMain, onlyDev []cause // what one dialect alone takes
	said              map[said]bool
	answers           map[alike]bool
	ends              map[*yaml.Node]int
	source            *yaml.Node        // the root
	resolved          map[string]string // names that are misspelt, and what they mean
	compared          int               // names, to find the one that was meant
}

// cause is something that only one dialect takes.
type cause struct {
	at   *value
	text string
}

// said is the key under which a finding counts as said: aliases lead to one place more than
// once.
type said struct {
	line, column int
	text         string
}

// add adds a finding unless it was added before.
func (c *checker) add(f Finding) {
	into := &c.result.Errors
	if f.Warning {
		into = &c.result.Warnings
	}
	key := said{f.Line, f.Column, f.Text}
	if c.said[key] || len(*into) >= maxFound {
		return
	}
	if c.said == nil {
		c.said = make(map[said]bool)
	}
	c.said[key] = true
	*into = append(*into, f)
}

// String is the finding as compilers print one, without the file.
func (f Finding) String() string {
	severity := ""
	if f.Warning {
		severity = "warning: "
	}
	return fmt.Sprintf("%d:%d: %s%s [%s]", f.Line, f.Column, severity, f.Text, f.Rule)
}
