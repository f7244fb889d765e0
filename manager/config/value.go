package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// A value is what stands at a key. Its readers put it where it belongs, or add a fault
// to the document.
type value struct {
	*document
	node ast.Node
	path string // of its key
}

// fault adds one at the value.
func (v value) fault(format string, arguments ...any) {
	v.faultAt(start(v.node), format, arguments...)
}

func (v value) faultAt(at position, format string, arguments ...any) {
	v.unread[v.path] = true
	v.faults = append(v.faults, v.document.fault(at, v.path, fmt.Errorf(format, arguments...)))
}

func (v value) expected(what string) {
	v.fault("expected %s, not %s", what, describe(v.node))
}

// start is where a node begins. A mapping in lines has its first colon for a token.
func start(node ast.Node) position {
	if n, ok := node.(*ast.MappingNode); ok && !n.IsFlowStyle && len(n.Values) > 0 {
		node = n.Values[0].Key
	}
	return positionOf(node.GetToken())
}

// describe names what stands at a node.
func describe(node ast.Node) string {
	switch n := node.(type) {
	case *ast.NullNode:
		return "nothing"
	case *ast.MappingNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return fmt.Sprintf("an anchor, alias or tag (%s): write out what is meant", node.GetToken().Value)
	case *ast.StringNode:
		return fmt.Sprintf("%.60q", n.Value)
	default:
		if text, ok := scalar(node); ok {
			return fmt.Sprintf("%.60s", text)
		}
		return "this"
	}
}

// scalar is the text of a node that has one. Numbers and the like count as they are written.
func scalar(node ast.Node) (text string, ok bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode, *ast.MergeKeyNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// text reads a text. What YAML takes for a number is one, too: 9000 is "9000".
func text(into *string) func(value) {
	return func(v value) {
		read, ok := scalar(v.node)
		braces, isMapping := v.node.(*ast.MappingNode)
		switch {
		case isMapping && braces.IsFlowStyle:
			v.fault(`expected a text, not a mapping: quote a text that begins with a brace, such as "{listen}"`)
		case !ok:
			v.expected("a text")
		case strings.ContainsRune(read, 0):
			v.fault("a text cannot contain the character NUL")
		default:
			*into = read
		}
	}
}

// oneOf reads one of the words that are allowed.
func oneOf[T ~string](into *T, allowed ...T) func(value) {
	words := make([]string, len(allowed))
	for i, word := range allowed {
		words[i] = string(word)
	}
	list := strings.Join(words, ", ")
	return func(v value) {
		read, ok := scalar(v.node)
		if !ok {
			v.expected("one of " + list)
			return
		}
		for _, word := range allowed {
			if read == string(word) {
				*into = word
				return
			}
		}
		v.fault("%.60q is not one of %s%s", read, list, suggestion(read, words))
	}
}

// boolean reads true or false.
func boolean(into *bool) func(value) {
	return func(v value) {
		if n, ok := v.node.(*ast.BoolNode); ok {
			*into = n.Value
			return
		}
		v.expected("true or false")
	}
}

// number reads a whole number within limits.
func number(into *int, least, most int) func(value) {
	return func(v value) {
		if n, ok := v.node.(*ast.IntegerNode); ok {
			if read, ok := n.Value.(uint64); ok && read >= uint64(least) && read <= uint64(most) {
				*into = int(read)
				return
			}
		}
		v.expected(fmt.Sprintf("a whole number from %d to %d", least, most))
	}
}

// duration reads a time that is longer than none.
func duration(into *time.Duration) func(value) { return durationFrom(time.Nanosecond, into) }

// durationFrom reads a time with its unit, of at least so much.
func durationFrom(least time.Duration, into *time.Duration) func(value) {
	return func(v value) {
		read, ok := scalar(v.node)
		if !ok {
			v.expected("a time such as 30s")
			return
		}
		d, err := time.ParseDuration(read)
		_, integer := v.node.(*ast.IntegerNode)
		_, float := v.node.(*ast.FloatNode)
		switch {
		case integer || float:
			v.fault("%.60s has no unit: write %.60ss for seconds", read, read)
		case err != nil:
			v.fault("%.60q is not a time: write a number with its unit, such as 30s, 500ms or 1m30s", read)
		case d < least && least > 0:
			v.fault("%s is too short: it must be longer than nothing", read)
		case d < least:
			v.fault("%s is negative", read)
		default:
			*into = d
		}
	}
}
