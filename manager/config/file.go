package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"agents-tray/manager/disk"
)

// Limits of a services file: far beyond any that somebody writes, within what the YAML
// parser, whose time grows with the square of some of them, takes without delay.
const (
	maxFile  = 1 << 20 // bytes
	maxLine  = 10_000  // bytes
	maxDepth = 20      // of brackets
)

// open reads the services file; nil without an error says that the default one is not
// there.
func open(path string, f Folders) (*document, error) {
	byDefault := path == ""
	if byDefault {
		path = f.Services()
	}
	data, err := read(path)
	if byDefault && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the services file %s cannot be read: %w", path, disk.Cause(err))
	}
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("the folder of the services file %s: %w", path, err)
	}
	d, err := parse(path, folder, data)
	var fault *Fault
	if errors.As(err, &fault) {
		return nil, &Mistakes{path, []*Fault{fault}}
	}
	return d, err
}

// readTimeout bounds the wait for a pipe, such as a shell makes of <(command).
const readTimeout = 5 * time.Second

func read(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // else a pipe's writer is waited for
	if err != nil {
		return nil, err
	}
	defer file.Close()                                    // only read
	_ = file.SetReadDeadline(time.Now().Add(readTimeout)) // a regular file has none
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = errors.New("it is larger than 1 MB, as no services file is: is it the right one?")
	}
	return data, err
}

// parse makes YAML a document. The error is a *Fault.
func parse(path, folder string, data []byte) (*document, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	d := &document{file: path, folder: folder, lines: strings.Split(string(data), "\n"), keys: map[string]position{},
		unread: map[string]bool{}, misspelt: map[string]bool{}}
	for i, line := range d.lines {
		if !utf8.ValidString(line) {
			valid := strings.ToValidUTF8(line, "\ufffd")
			at := strings.IndexRune(valid, utf8.RuneError)
			return nil, d.fault(position{i + 1, utf8.RuneCountInString(valid[:at]) + 1}, "", errors.New("this is not UTF-8: save the file as UTF-8"))
		}
		if len(line) > maxLine {
			return nil, d.fault(position{i + 1, 1}, "", errors.New("this line is longer than 10,000 characters: break it up"))
		}
	}
	tokens := lexer.Tokenize(string(data))
	if deep := tooDeep(tokens); deep != nil {
		return nil, d.fault(positionOf(deep), "", fmt.Errorf("brackets are nested deeper than %d here", maxDepth))
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // of which entries tells more
	if err != nil {
		return nil, d.syntaxFault(err)
	}
	for _, document := range file.Docs {
		if document.Body == nil {
			continue
		}
		if d.root != nil {
			return nil, d.fault(positionOf(document.Start), "", errors.New("a second document begins here: a services file holds one"))
		}
		d.root = document.Body
	}
	return d, nil
}

// tooDeep returns the bracket that is nested too deep, or nil.
func tooDeep(tokens token.Tokens) *token.Token {
	depth := 0
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		}
		if depth > maxDepth {
			return t
		}
	}
	return nil
}

// advice says what to do about a complaint of the YAML parser that does not say so itself.
var advice = []struct{ complaint, advice string }{
	{`found character '	'`, "a tab stands here: YAML is indented with spaces only"},
	{"mapping value is not allowed in this context", "this cannot be followed by a key: indent keys alike, and put a text with \": \" in it in quotes"},
	{"value is not allowed in this context", "this does not belong here: indent it like its neighbours"},
	{"must be specified", "the list or mapping in brackets that begins above is not closed"},
	{"non-map value is specified", "this is neither a key with a colon nor part of what is above: indent it like its neighbours"},
	{"is a reserved character", "put the text in quotes"},
	{"found unknown escape character", "in double quotes write \\\\ for a backslash, or use single quotes"},
}

// syntaxFault is what the YAML parser complains of, at its place.
func (d *document) syntaxFault(err error) error {
	var syntax interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if !errors.As(err, &syntax) {
		return fmt.Errorf("%s: %w", d.file, err)
	}
	text := syntax.GetMessage()
	for _, a := range advice {
		if strings.Contains(text, a.complaint) {
			text = strings.TrimSuffix(a.advice+" ("+text+")", " (found character '\t' that cannot start any token)")
			break
		}
	}
	return d.fault(positionOf(syntax.GetToken()), "", errors.New(text))
}
