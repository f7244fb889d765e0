package config

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/goccy/go-yaml/ast"

	"agents-tray/manager/spec"
)

// keys are those that a mapping may have, in the order of messages, with their readers.
type keys []struct {
	name string
	read func(value)
}

func (k keys) names() []string {
	names := make([]string, len(k))
	for i := range k {
		names[i] = k[i].name
	}
	return names
}

// mapping reads a mapping that has these keys only.
func mapping(allowed keys) func(value) {
	names := allowed.names()
	list := strings.Join(names, ", ")
	return func(v value) {
		for _, e := range v.entries(spec.NoMapping, "{list}", list) {
			i := slices.Index(names, e.name)
			if i < 0 {
				e.misspelt[v.path] = true
				e.faultAt(e.at, spec.NoSuchKey, "{meant}", suggestion(e.name, names), "{list}", list)
				continue
			}
			allowed[i].read(e.value)
		}
	}
}

// An entry is a key of a mapping with its value.
type entry struct {
	value
	name string
	at   position // of the key
}

// has reports whether the entry's own mapping has a key.
func (e entry) has(key string) bool {
	_, has := e.keys[e.path+"."+key]
	return has
}

// faultAtKey adds a fault at a key of the entry's own mapping.
func (e entry) faultAtKey(key string, kind spec.MistakeKind, values ...any) {
	e.wrongAtKey(key, spec.Wrong(kind, values...))
}

func (e entry) wrongAtKey(key string, err error) {
	path := e.path + "." + key
	value{e.document, e.node, path}.wrongAt(e.keys[path], err)
}

// entries are those of the mapping that should stand at the value. If none does, that is a
// fault of a kind with values, and what was found.
func (v value) entries(otherwise spec.MistakeKind, values ...any) []entry {
	node, ok := v.node.(*ast.MappingNode)
	if !ok {
		v.fault(otherwise, append(values, "{found}", describe(v.node))...)
		return nil
	}
	var entries []entry
	lines := map[string]int{} // of each key
	for _, pair := range node.Values {
		at := start(pair.Key)
		name, ok := scalar(pair.Key)
		if !ok || strings.ContainsRune(name, 0) {
			v.faultAt(at, spec.NoKey)
			continue
		}
		e := entry{value{v.document, pair.Value, strings.TrimPrefix(v.path+"."+name, ".")}, name, at}
		if first, twice := lines[name]; twice {
			// The first was read.
			v.faults = append(v.faults, v.document.fault(at, e.path, spec.Wrong(spec.KeyTwice, "{line}", first)))
			continue
		}
		lines[name], v.keys[e.path] = at.line, at
		entries = append(entries, e)
	}
	return entries
}

// suggestion asks for the word that was probably meant, if there is one.
func suggestion(word string, words []string) any {
	nearest, distance := "", 3
	for _, w := range words {
		if d := levenshtein.ComputeDistance(strings.ToLower(word), w); d < distance && d < len(w)-1 {
			nearest, distance = w, d
		}
	}
	if nearest == "" {
		return ""
	}
	return spec.Wrong(spec.DidYouMean, "{word}", nearest)
}
