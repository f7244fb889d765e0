package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"agents-tray/manager/disk"
)

// An Addition is a service that is to be added to a services file.
type Addition struct {
	Name  string
	Lines []string // as a block: that of the name first, two spaces for each level
	Flow  string   // the same between braces: name: {key: value}
}

// ErrAddByHand says that a services file is written in a way that nothing is added to.
var ErrAddByHand = errors.New("it is written in a way that this program adds nothing to: add the service yourself")

// Add adds a service to the services file, after those that are there. All else in the file
// stays as it is, comments included. The error is *Mistakes if there is one in the file, or if
// the service does not go with the others; then nothing has changed.
func Add(o Options, f Folders, a Addition) (path string, err error) {
	if path, err = o.path(f); err != nil {
		return "", err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil { // what a link leads to is written
		return path, fmt.Errorf("the services file cannot be read: %w", err)
	}
	text, err := read(path)
	if err != nil {
		return path, fmt.Errorf("the services file %s cannot be read: %w", path, disk.Cause(err))
	}
	before, err := o.read(path, f, text)
	if err != nil {
		return path, err
	}
	longer, err := a.insert(text)
	if err != nil {
		return path, fmt.Errorf("the services file %s was not changed: %w", path, err)
	}
	after, err := o.read(path, f, longer)
	if err != nil {
		return path, err
	}
	n := len(before.Services)
	if after.Settings != before.Settings || len(after.Services) != n+1 || after.Services[n].Name != a.Name || !reflect.DeepEqual(after.Services[:n], before.Services) {
		return path, fmt.Errorf("the services file %s was not changed: %w", path, ErrAddByHand)
	}
	info, err := os.Stat(path)
	if err == nil {
		err = disk.Replace(path, longer)
	}
	if err == nil {
		err = os.Chmod(path, info.Mode().Perm()) // as its owner wants it
	}
	if err != nil {
		return path, fmt.Errorf("the services file %s cannot be written: %w", path, disk.Cause(err))
	}
	return path, nil
}

// insert returns the text with the service after the last. What comes of it is still to be
// compared: YAML can be written in more ways than are looked at here.
func (a Addition) insert(text []byte) ([]byte, error) {
	doc, err := parse("", "", text)
	if err != nil {
		return nil, err
	}
	doc.contents()
	root, ok := doc.root.(*ast.MappingNode)
	if !ok {
		return nil, ErrAddByHand
	}
	rest, marked := strings.CutPrefix(string(text), byteOrderMark)
	lines := strings.SplitAfter(rest, "\n")
	for _, pair := range root.Values {
		services, ok := pair.Value.(*ast.MappingNode)
		if name, _ := scalar(pair.Key); name != "services" || !ok || len(services.Values) == 0 {
			continue
		}
		longer := a.below(lines, start(services))
		if services.IsFlowStyle {
			if longer, err = a.inBraces(lines, positionOf(services.End)); err != nil {
				return nil, err
			}
		}
		if marked {
			longer = byteOrderMark + longer
		}
		return []byte(longer), nil
	}
	return nil, ErrAddByHand
}

// below inserts after the block whose first key is at a position.
func (a Addition) below(lines []string, first position) string {
	indent := first.column - 1
	last := first.line // the line after which it is inserted, from 1
	for n := first.line; n < len(lines); n++ {
		line := strings.TrimRight(lines[n], " \r\n")
		within := len(line) - len(strings.TrimLeft(line, " "))
		comment := strings.HasPrefix(strings.TrimLeft(line, " "), "#")
		if line == "" || comment && within <= indent {
			continue // it may belong to what follows
		}
		if within < indent {
			break
		}
		last = n + 1
	}
	end := "\n"
	if strings.HasSuffix(lines[0], "\r\n") {
		end = "\r\n"
	}
	var added strings.Builder
	if last == len(lines) && !strings.HasSuffix(lines[last-1], "\n") {
		added.WriteString(end)
	}
	for _, line := range a.Lines {
		added.WriteString(strings.Repeat(" ", indent) + line + end)
	}
	return strings.Join(lines[:last], "") + added.String() + strings.Join(lines[last:], "")
}

// inBraces inserts before the brace at a position.
func (a Addition) inBraces(lines []string, end position) (string, error) {
	if end.line < 1 || end.line > len(lines) {
		return "", ErrAddByHand
	}
	line := []rune(lines[end.line-1])
	if end.column < 1 || end.column > len(line) || line[end.column-1] != '}' {
		return "", ErrAddByHand
	}
	before, after := string(line[:end.column-1]), string(line[end.column-1:])
	trimmed := strings.TrimRight(strings.Join(lines[:end.line-1], "")+before, " \t\r\n")
	comma := ", "
	if strings.HasSuffix(trimmed, ",") {
		comma = " "
	}
	return trimmed + comma + a.Flow + after + strings.Join(lines[end.line:], ""), nil
}
