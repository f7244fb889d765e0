package config

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"agents-tray/manager/disk"
	"agents-tray/manager/spec"
)

// byteOrderMark is what some editors begin a file with.
const byteOrderMark = "\ufeff"

// Limits of a services file: far beyond any that somebody writes, within what the YAML
// parser, whose time grows with the square of some of them, takes without delay.
const (
	maxFile  = 1 << 20 // bytes
	maxLine  = 10_000  // bytes
	maxDepth = 20      // of brackets
)

// open reads the services file; nil without an error says that the default one is not
// there. The error is *Unusable if that may not be read, or its folder is none.
func open(path string, f Folders) (*document, error) {
	byDefault := path == ""
	if byDefault {
		path = f.Services()
	}
	data, err := read(path)
	if byDefault && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if byDefault && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOTDIR)) {
		return nil, NewUnusable(ForServices, path, err)
	}
	if err != nil {
		return nil, spec.Wrong(spec.Unreadable, "{path}", path, "{detail}", disk.Cause(err))
	}
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, spec.Wrong(spec.Unreadable, "{path}", path, "{detail}", err)
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
		err = spec.Wrong(spec.TooLarge)
	}
	return data, err
}

// parse makes YAML a document. The error is a *Fault.
func parse(path, folder string, data []byte) (*document, error) {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	d := &document{file: path, folder: folder, lines: strings.Split(string(data), "\n"), keys: map[string]position{},
		unread: map[string]bool{}, misspelt: map[string]bool{}}
	for i, line := range d.lines {
		if !utf8.ValidString(line) || strings.ContainsRune(line, 0) { // as in UTF-16 without a mark
			valid := strings.ReplaceAll(strings.ToValidUTF8(line, "\ufffd"), "\x00", "\ufffd")
			at := strings.IndexRune(valid, utf8.RuneError)
			return nil, d.fault(position{i + 1, utf8.RuneCountInString(valid[:at]) + 1}, "", spec.Wrong(spec.NotUTF8))
		}
		if len(line) > maxLine {
			return nil, d.fault(position{i + 1, 1}, "", spec.Wrong(spec.LongLine))
		}
	}
	tokens := lexer.Tokenize(string(data))
	if deep := tooDeep(tokens); deep != nil {
		return nil, d.fault(positionOf(deep), "", spec.Wrong(spec.DeepBrackets, "{most}", maxDepth))
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // of which entries tells more
	if err != nil {
		return nil, d.syntaxFault(err)
	}
	for _, document := range file.Docs {
		if _, directive := document.Body.(*ast.DirectiveNode); directive || document.Body == nil {
			continue
		}
		if d.root != nil {
			return nil, d.fault(positionOf(document.Start), "", spec.Wrong(spec.SecondDocument))
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

// complaints are those of the YAML parser that do not say what to do.
var complaints = []struct {
	text string
	kind spec.MistakeKind
}{
	{"found character '\t'", spec.Tab},
	{"mapping value is not allowed in this context", spec.NoKeyHere},
	{"value is not allowed in this context", spec.NotHere},
	{"must be specified", spec.NotClosed},
	{"could not find flow", spec.NotClosed},
	{"could not find end character", spec.QuoteOpen},
	{"non-map value is specified", spec.NeitherKey},
	{"is a reserved character", spec.Reserved},
	{"found unknown escape character", spec.UnknownEscape},
}

// syntaxFault is what the YAML parser complains of, at its place.
func (d *document) syntaxFault(err error) error {
	var syntax interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if !errors.As(err, &syntax) {
		return spec.Wrong(spec.Unreadable, "{path}", d.file, "{detail}", err)
	}
	text, kind := syntax.GetMessage(), spec.NoYAML
	for _, c := range complaints {
		if strings.Contains(text, c.text) {
			kind = c.kind
			break
		}
	}
	return d.fault(positionOf(syntax.GetToken()), "", spec.Wrong(kind, "{detail}", text))
}
