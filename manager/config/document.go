package config

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"agents-tray/manager/spec"
)

// A document is a services file that is being read.
type document struct {
	file   string // as it was named
	folder string // absolute, with which relative paths begin
	lines  []string
	root   ast.Node            // nil: it is empty
	keys   map[string]position // of each key that is there, by its path
	faults []*Fault

	unread   map[string]bool // the paths of what could not be read
	misspelt map[string]bool // those of mappings with a key that there is not
}

// position is a place in the file; both count from 1, columns in characters.
type position struct{ line, column int }

func positionOf(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{1, 1}
	}
	return position{t.Position.Line, t.Position.Column}
}

func (d *document) fault(at position, key string, err error) *Fault {
	at.line = max(1, min(at.line, len(d.lines)))
	source := strings.TrimSuffix(d.lines[at.line-1], "\r")
	return &Fault{d.file, at.line, max(1, at.column), key, source, err}
}

// err returns the faults in the order of the file, nil if there are none.
func (d *document) err() error {
	if len(d.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(d.faults, func(a, b *Fault) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	return &Mistakes{d.file, d.faults}
}

// restsOn names the other fields of a service that the validation of a field uses.
var restsOn = map[string][]string{
	"command":     {"builtin"},
	"listen":      {"builtin"},
	"url":         {"builtin", "listen"},
	"ready.http":  {"builtin", "url", "listen"},
	"health.http": {"builtin", "url", "listen"},
}

// addErrors adds the errors of the specifications that were made of the document as faults at
// their place. An error that may only follow from a part that could not be read is dropped.
// Errors that have no place in the file are returned.
func (d *document) addErrors(wrong error) error {
	var unplaced []error
	for _, err := range flat(wrong) {
		var mistake *spec.Error
		if !errors.As(err, &mistake) {
			unplaced = append(unplaced, err)
		} else if key, path := d.locate(mistake); key == "" {
			unplaced = append(unplaced, err)
		} else if !d.follows(mistake, key, path) {
			d.faults = append(d.faults, d.fault(d.keys[key], path, mistake.Err))
		}
	}
	return errors.Join(unplaced...)
}

// flat returns the errors that were joined.
func flat(err error) []error {
	switch err.(type) {
	case *Mistakes, *spec.Mistake:
		return []error{err}
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var errs []error
		for _, err := range joined.Unwrap() {
			errs = append(errs, flat(err)...)
		}
		return errs
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// locate returns the path of a field of a specification, and the key where it is: its
// own, or the nearest one above that is there.
func (d *document) locate(mistake *spec.Error) (key, path string) {
	path = "services." + mistake.Service
	if mistake.Field != "" && mistake.Field != "name" {
		path += "." + mistake.Field
	}
	for key = path; key != ""; key = key[:max(0, strings.LastIndexByte(key, '.'))] {
		if _, found := d.keys[key]; found {
			break
		}
	}
	return key, path
}

// follows reports whether an error of a specification may only follow from a part of the
// document that could not be read.
func (d *document) follows(mistake *spec.Error, key, path string) bool {
	if mistake.Field == "name" {
		return false
	}
	if key != path && (d.unread[key] || d.misspelt[key]) || key == path && d.unreadBelow(path) {
		return true
	}
	for _, field := range restsOn[mistake.Field] {
		if d.unreadBelow("services." + mistake.Service + "." + field) {
			return true
		}
	}
	if job, ok := errors.AsType[*spec.Mistake](mistake.Err); ok && job.Kind == spec.NeverCompleted {
		return d.unreadBelow("services." + job.Value("{service}") + ".restart")
	}
	other, depends := strings.CutPrefix(mistake.Field, "depends_on.")
	return depends && d.unread["services."+other]
}

// unreadBelow reports whether what stands at a key, or below it, could not be read.
func (d *document) unreadBelow(key string) bool {
	for path := range d.unread {
		if path == key || strings.HasPrefix(path, key+".") {
			return true
		}
	}
	return false
}
