package config

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"mvdan.cc/sh/v3/syntax"

	"agents-tray/manager/spec"
)

// command reads a list of arguments, or one text that is split as a shell would.
func command(into *[]string) func(value) {
	return func(v value) {
		if list, ok := v.node.(*ast.SequenceNode); ok {
			for _, node := range list.Values {
				var argument string
				text(&argument)(value{v.document, node, v.path})
				*into = append(*into, argument)
			}
			return
		}
		line, ok := scalar(v.node)
		if !ok {
			v.expected(spec.Arguments)
			return
		}
		arguments, err := split(line)
		if err != nil {
			v.wrong(err)
			return
		}
		*into = arguments
	}
}

// split makes a command line its arguments, by the rules of the POSIX shell for quotes,
// backslashes and comments, and fills in variables as expand does. What only a shell could do
// is an error.
func split(line string) ([]string, error) {
	var arguments []string
	for word, err := range syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).WordsSeq(strings.NewReader(line)) {
		var argument strings.Builder
		if err == nil {
			err = unquote(&argument, word.Parts, false, line)
		}
		var malformed syntax.ParseError
		if errors.As(err, &malformed) {
			err = errors.New(malformed.Text) // without its own line and column
		}
		if err != nil {
			return nil, spec.Wrong(spec.CannotSplit, "{why}", err)
		}
		arguments = append(arguments, argument.String())
	}
	return arguments, nil
}

// unquote writes the parts of a word without their quotes.
func unquote(into *strings.Builder, parts []syntax.WordPart, inQuotes bool, line string) error {
	for i, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			into.WriteString(unescape(part.Value, inQuotes))
		case *syntax.SglQuoted:
			into.WriteString(part.Value)
		case *syntax.DblQuoted:
			if err := unquote(into, part.Parts, true, line); err != nil {
				return err
			}
		case *syntax.ParamExp:
			if part.Short && part.Param.Value == "$" && opensBrace(parts[i+1:]) { // $${ stands for ${
				into.WriteByte('$')
				continue
			}
			if part.Short && isName(part.Param.Value) {
				return spec.Wrong(spec.NoShellBraces, "{text}", source(part, line), "{instead}", "${"+part.Param.Value+"}")
			}
			if part.Short {
				return spec.Wrong(spec.NoShell, "{text}", source(part, line))
			}
			value, err := expand(source(part, line))
			if err != nil {
				return err
			}
			into.WriteString(value) // one argument, whatever is in it
		default:
			return spec.Wrong(spec.NoShell, "{text}", source(part, line))
		}
	}
	return nil
}

// opensBrace reports whether what follows begins with a brace.
func opensBrace(parts []syntax.WordPart) bool {
	if len(parts) == 0 {
		return false
	}
	next, ok := parts[0].(*syntax.Lit)
	return ok && strings.HasPrefix(next.Value, "{")
}

// source is the part of the line that a node was made of.
func source(node syntax.Node, line string) string {
	return line[node.Pos().Offset():node.End().Offset()]
}

// unescape takes backslashes off; in double quotes only those before what is special there.
func unescape(literal string, inQuotes bool) string {
	var plain strings.Builder
	for i := 0; i < len(literal); i++ {
		if literal[i] == '\\' && i+1 < len(literal) && (!inQuotes || strings.IndexByte("$`\"\\\n", literal[i+1]) >= 0) {
			i++
			if literal[i] == '\n' {
				continue
			}
		}
		plain.WriteByte(literal[i])
	}
	return plain.String()
}
