package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"agents-tray/manager"
)

// A document is a services file that is being read.
type document struct {
	file   string // as it was named
	folder string // absolute, with which relative paths begin
	lines  []string
	root   ast.Node            // nil: it is empty
	keys   map[string]position // of each key that is there, by its path
	faults []*Fault
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

// maxFaults is how many faults are told of at once.
const maxFaults = 10

// err joins what has been found wrong, in the order of the file.
func (d *document) err() error {
	slices.SortStableFunc(d.faults, func(a, b *Fault) int { return a.Line - b.Line })
	var errs []error
	for i, fault := range d.faults {
		if i == maxFaults {
			errs = append(errs, fmt.Errorf("%s: more errors: %d", d.file, len(d.faults)-i))
			break
		}
		errs = append(errs, fault)
	}
	return errors.Join(errs...)
}

// locate gives an error about a field of a specification its place: that of the key,
// or of the nearest one above that is there.
func (d *document) locate(err error) error {
	var spec *manager.SpecError
	if d == nil || !errors.As(err, &spec) {
		return err
	}
	path := "services." + spec.Service
	if spec.Field != "" && spec.Field != "name" {
		path += "." + spec.Field
	}
	key := path
	for {
		if at, found := d.keys[key]; found {
			return d.fault(at, path, spec.Err)
		}
		dot := strings.LastIndexByte(key, '.')
		if dot < 0 {
			return err
		}
		key = key[:dot]
	}
}
