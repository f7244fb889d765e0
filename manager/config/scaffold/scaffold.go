// Package scaffold writes a first services file from what is found on this computer: the
// Python platform, model servers, or a Procfile.
package scaffold

import (
	"encoding/json"
	"fmt"
	"strings"

	"agents-tray/manager/config"
)

// A File is a services file in the making.
type File struct {
	Comment     string // what the file is about, in a few words
	DatabaseURL string // of the Python platform's session record; empty: none
	Services    []Service
}

// A Service is an entry of the file.
type Service struct {
	Name     string
	Comments []string // lines above it
	Keys     []Pair   // in their order
}

// A Pair is a key with its value: a string, an integer, a bool, a list of strings, or Pairs.
type Pair struct {
	Key     string
	Value   any
	Comment string // after it
}

// Pairs are a mapping on one line.
type Pairs []Pair

// Text is the file as YAML.
func (f File) Text() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# yaml-language-server: $schema=%s\n", config.SchemaFile)
	fmt.Fprintf(&b, "# %s\n", f.Comment)
	b.WriteString("# \"agents-tray check\" checks this file; man agents-tray-services lists all keys.\n")
	if f.DatabaseURL != "" {
		fmt.Fprintf(&b, "settings:\n  db_url: %s\n", scalar(f.DatabaseURL))
	}
	b.WriteString("services:\n")
	for _, service := range f.Services {
		for _, line := range service.lines() {
			b.WriteString("  " + line + "\n")
		}
	}
	return []byte(b.String())
}

// lines are the entry as a block, the name at the beginning of the line.
func (s Service) lines() []string {
	var lines []string
	for _, comment := range s.Comments {
		lines = append(lines, "# "+comment)
	}
	lines = append(lines, s.Name+":")
	for _, pair := range s.Keys {
		line := "  " + pair.Key + ": " + value(pair.Value)
		if pair.Comment != "" {
			line += "  # " + pair.Comment
		}
		lines = append(lines, line)
	}
	return lines
}

// Addition is the entry for a file that is there.
func (s Service) Addition() config.Addition {
	return config.Addition{Name: s.Name, Lines: s.lines(), Flow: s.Name + ": " + value(Pairs(s.Keys))}
}

// value writes a value on one line.
func value(v any) string {
	switch v := v.(type) {
	case []string:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = scalar(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case Pairs:
		items := make([]string, len(v))
		for i, pair := range v {
			items[i] = pair.Key + ": " + value(pair.Value)
		}
		return "{" + strings.Join(items, ", ") + "}"
	case string:
		return scalar(v)
	}
	return fmt.Sprint(v)
}

// scalar writes a text, in quotes unless it is plain beyond doubt.
func scalar(text string) string {
	plain := text != "" && strings.IndexFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("/._-", r) || r >= '0' && r <= '9')
	}) < 0
	first := byte('0')
	if plain {
		first = text[0]
	}
	if letter := first >= 'a' && first <= 'z' || first >= 'A' && first <= 'Z' || first == '/'; plain && letter && !isWord(text) {
		return text
	}
	quoted, err := json.Marshal(text) // a JSON string is a YAML one in double quotes
	if err != nil {
		panic(err) // a string
	}
	return unescapeHTML.Replace(string(quoted))
}

// unescapeHTML takes back what json escapes for pages only.
var unescapeHTML = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&")

// isWord reports whether YAML reads a plain text as something else.
func isWord(text string) bool {
	switch strings.ToLower(text) {
	case "true", "false", "yes", "no", "on", "off", "null", "y", "n":
		return true
	}
	return false
}

// Default is the file with the two built-in services and a comment on how to add one.
func Default() File {
	return File{
		Comment: "What Configurable Agents runs. Without this file it is the Dashboard and the Chat.",
		Services: []Service{
			{Name: "dashboard", Keys: []Pair{{Key: "builtin", Value: "dashboard"}}},
			{Name: "chat", Keys: []Pair{{Key: "builtin", Value: "chat"}}},
		},
	}
}
