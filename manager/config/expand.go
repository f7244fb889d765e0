package config

import (
	"os"
	"strings"

	"agents-tray/manager/spec"
)

// expanded reads a text in which variables of the program's environment are filled in.
func expanded(into *string) func(value) {
	return func(v value) {
		text(into)(v)
		filled, err := expand(*into)
		if err != nil {
			v.wrong(err)
		}
		*into = filled
	}
}

// expand fills in ${NAME} and, where NAME is not set or empty, the default of
// ${NAME:-default}, in which others may stand. $${ stands for ${, and any other $ for itself.
// What is filled in is not looked at again.
func expand(text string) (string, error) {
	var filled strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		if !found {
			filled.WriteString(text)
			return filled.String(), nil
		}
		if literal, escaped := strings.CutSuffix(before, "$"); escaped {
			filled.WriteString(literal + "${")
			text = rest
			continue
		}
		filled.WriteString(before)
		end := closing(rest)
		if end < 0 {
			return "", spec.Wrong(spec.BraceOpen)
		}
		value, err := variable(rest[:end])
		if err != nil {
			return "", err
		}
		filled.WriteString(value)
		text = rest[end+1:]
	}
}

// closing finds the brace that ends what begins with ${, -1 if there is none.
func closing(text string) int {
	depth := 0
	for i := range len(text) {
		switch {
		case text[i] == '{' && i > 0 && text[i-1] == '$':
			depth++
		case text[i] == '}' && depth == 0:
			return i
		case text[i] == '}':
			depth--
		}
	}
	return -1
}

// variable is the value of what stands in the braces of ${…}.
func variable(reference string) (string, error) {
	name, otherwise, hasDefault := strings.Cut(reference, ":-")
	if !isName(name) {
		return "", spec.Wrong(spec.NotAVariable, "{text}", "${"+reference+"}")
	}
	value, set := os.LookupEnv(name)
	switch {
	case value != "" || set && !hasDefault:
		return value, nil
	case hasDefault:
		return expand(otherwise)
	}
	return "", spec.Wrong(spec.VariableNotSet, "{name}", name)
}

// isName reports whether a text can be the name of a variable.
func isName(text string) bool {
	for i, r := range text {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return text != ""
}
