package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"agents-tray/manager/spec"
)

// A value is what stands at a key. Its readers put it where it belongs, or add a fault
// to the document.
type value struct {
	*document
	node ast.Node
	path string // of its key
}

// fault adds one at the value.
func (v value) fault(kind spec.MistakeKind, values ...any) {
	v.faultAt(start(v.node), kind, values...)
}

func (v value) faultAt(at position, kind spec.MistakeKind, values ...any) {
	v.wrongAt(at, spec.Wrong(kind, values...))
}

func (v value) wrong(err error) { v.wrongAt(start(v.node), err) }

func (v value) wrongAt(at position, err error) {
	v.unread[v.path] = true
	v.faults = append(v.faults, v.document.fault(at, v.path, err))
}

// expected adds the fault that something else should stand here.
func (v value) expected(what spec.MistakeKind, values ...any) {
	v.fault(spec.Expected, "{what}", spec.Wrong(what, values...), "{found}", describe(v.node))
}

// start is where a node begins. A mapping in lines has its first colon for a token.
func start(node ast.Node) position {
	if n, ok := node.(*ast.MappingNode); ok && !n.IsFlowStyle && len(n.Values) > 0 {
		node = n.Values[0].Key
	}
	return positionOf(node.GetToken())
}

// describe names what stands at a node: as it is written, or what it is.
func describe(node ast.Node) any {
	switch n := node.(type) {
	case *ast.NullNode:
		return spec.Wrong(spec.Nothing)
	case *ast.MappingNode:
		return spec.Wrong(spec.AMapping)
	case *ast.SequenceNode:
		return spec.Wrong(spec.AList)
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return spec.Wrong(spec.AnAnchor, "{text}", node.GetToken().Value)
	case *ast.StringNode:
		return fmt.Sprintf("%.60q", n.Value)
	default:
		if text, ok := scalar(node); ok {
			return fmt.Sprintf("%.60s", text)
		}
		return spec.Wrong(spec.Something)
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
			v.fault(spec.QuoteTheBrace)
		case !ok:
			v.expected(spec.AText)
		case strings.ContainsRune(read, 0):
			v.fault(spec.NUL)
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
			v.expected(spec.OneOf, "{list}", list)
			return
		}
		for _, word := range allowed {
			if read == string(word) {
				*into = word
				return
			}
		}
		v.fault(spec.NotOneOf, "{text}", fmt.Sprintf("%.60q", read), "{list}", list, "{meant}", suggestion(read, words))
	}
}

// boolean reads true or false.
func boolean(into *bool) func(value) {
	return func(v value) {
		if n, ok := v.node.(*ast.BoolNode); ok {
			*into = n.Value
			return
		}
		v.expected(spec.TrueOrFalse)
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
		v.expected(spec.AWholeNumber, "{least}", least, "{most}", most)
	}
}

// duration reads a time that is longer than none.
func duration(into *time.Duration) func(value) { return durationFrom(time.Nanosecond, into) }

// durationFrom reads a time with its unit, of at least so much.
func durationFrom(least time.Duration, into *time.Duration) func(value) {
	return func(v value) {
		read, ok := scalar(v.node)
		if !ok {
			v.expected(spec.ATime)
			return
		}
		d, err := time.ParseDuration(read)
		_, integer := v.node.(*ast.IntegerNode)
		_, float := v.node.(*ast.FloatNode)
		switch {
		case integer || float:
			v.fault(spec.NoUnit, "{text}", fmt.Sprintf("%.60s", read))
		case err != nil:
			v.fault(spec.NotATime, "{text}", fmt.Sprintf("%.60q", read))
		case d < least && least > 0:
			v.fault(spec.TooShort, "{text}", read)
		case d < least:
			v.fault(spec.NegativeTime, "{text}", read)
		default:
			*into = d
		}
	}
}
