package workflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// CheckFile is Check for the content of a file with a name, by which the platform chooses how
// to read it: it takes .yaml, .yml and .json.
func CheckFile(name string, data []byte) *Result {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml":
		return Check(data)
	case ".json":
		return checkJSON(data)
	}
	result := Check(data)
	result.Warnings = append([]Finding{{Line: 1, Column: 1, Rule: "YAML", Warning: true,
		Text: "the platform reads files called .yaml, .yml or .json only: give this one such a name to run it"}}, result.Warnings...)
	return result
}

// checkJSON checks a file of JSON, which is YAML except for its spaces and escapes.
func checkJSON(data []byte) *Result {
	if len(data) > MaxSize {
		return Check(data)
	}
	var syntax *json.SyntaxError
	var any json.RawMessage
	if err := json.Unmarshal(data, &any); errors.As(err, &syntax) {
		before := data[:max(0, min(int(syntax.Offset)-1, len(data)))]
		line := bytes.LastIndexByte(before, '\n') + 1
		return &Result{Errors: []Finding{{Line: bytes.Count(before, []byte("\n")) + 1, Column: utf8.RuneCount(before[line:]) + 1, Rule: "YAML",
			Text: "this is no JSON, as the file's name says: " + syntax.Error() + "; correct it, or call the file .yaml"}}}
	}
	return Check(jsonAsYAML(data))
}

// jsonAsYAML turns tabs into spaces and writes escaped pairs of surrogates out; what follows
// in a line stays at its column, except behind such a pair.
func jsonAsYAML(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for quoted, i := false, 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			quoted = !quoted
			out = append(out, c)
		case c == '\t' && !quoted:
			out = append(out, ' ')
		case quoted && c == '\\' && i+12 <= len(data) && data[i+1] == 'u' && data[i+6] == '\\' && data[i+7] == 'u':
			var pair string
			if json.Unmarshal([]byte(`"`+string(data[i:i+12])+`"`), &pair) == nil && utf8.RuneCountInString(pair) == 1 && pair != "\ufffd" {
				out = append(out, pair...)
				i += 11
				continue
			}
			out = append(out, c, data[i+1])
			i++
		case quoted && c == '\\' && i+1 < len(data):
			out = append(out, c, data[i+1])
			i++
		default:
			out = append(out, c)
		}
	}
	return out
}
