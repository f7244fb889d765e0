package config

import "github.com/goccy/go-yaml/ast"

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
			v.expected("a list of arguments, or a text")
			return
		}
		arguments, err := split(line)
		if err != nil {
			v.fault("%w", err)
			return
		}
		*into = arguments
	}
}
