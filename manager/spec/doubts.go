package spec

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
)

// A binder is a known program that binds its address by itself.
type binder struct {
	// takes is an option by which it takes a socket instead; "": it cannot.
	takes string
	// binds are options without which it binds every address. Empty: it does not by itself.
	binds []string
}

// binders are looked up by the file name of the program, or of the module after python -m.
var binders = map[string]binder{
	"configurable-agents": {"", []string{"--host"}},
	"uvicorn":             {"--fd", nil},
	"hypercorn":           {"--bind=fd:", nil},
	"http.server":         {},
	"streamlit":           {},
	"gradio":              {},
	"mlflow":              {},
	"jupyter":             {},
	"jupyter-lab":         {},
	"ollama":              {},
	"llama-server":        {},
	"vite":                {},
	"next":                {},
	"kubectl":             {},
	"ssh":                 {},
	"docker":              {},
}

// Doubts reports, as *Errors joined, what is known of the programs of services that are valid,
// and will not do as they are written: one that binds its address by itself where that is bound
// for it, and the Python platform where all computers around can reach it, as it asks nobody for
// a password. Each says what to write instead.
func Doubts(specs []ServiceSpec) error {
	var found []error
	for _, s := range specs {
		if s.Builtin != "" || len(s.Command) == 0 {
			continue
		}
		name := s.programName()
		known, is := binders[name]
		if !is {
			continue
		}
		if s.Listen != "" && HandsOver && (known.takes == "" || !s.says(known.takes)) {
			kind := BindsItself
			if known.takes == "--fd" {
				kind = CouldTakeSocket
			}
			found = append(found, &Error{s.Name, "listen", Wrong(kind, "{program}", name, "{address}", s.Listen)})
		}
		serves := slices.ContainsFunc(s.Command[1:], func(a string) bool { return a == "dashboard" || a == "chat" || a == "ui" })
		if known.binds != nil && serves && (!s.says("--host") || s.says("0.0.0.0")) {
			found = append(found, &Error{s.Name, "command", Wrong(OpenToAll)})
		}
	}
	return errors.Join(found...)
}

// programName is the name by which a program is known.
func (s ServiceSpec) programName() string {
	base := func(path string) string {
		return strings.TrimSuffix(filepath.Base(filepath.ToSlash(path)), ".exe")
	}
	name := base(s.Command[0])
	if strings.HasPrefix(name, "python") && len(s.Command) > 2 && s.Command[1] == "-m" {
		return s.Command[2]
	}
	if strings.HasPrefix(name, "python") && len(s.Command) > 1 { // a script of a virtual environment
		return base(s.Command[1])
	}
	return name
}

// says reports whether an argument is, or begins with, a text.
func (s ServiceSpec) says(text string) bool {
	return slices.ContainsFunc(s.Command[1:], func(a string) bool { return strings.HasPrefix(a, text) || strings.HasSuffix(a, "="+text) })
}
