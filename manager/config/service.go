package config

import (
	"strings"

	"github.com/goccy/go-yaml/ast"

	"agents-tray/manager/spec"
)

// A service is a specification in the making.
type service struct {
	spec.ServiceSpec
	builtin string // "dashboard", "chat" or, with a command of its own, ""
}

// Example is a services file with a service of the user's own.
const Example = `services:
  web:
    command: python3 -m http.server 9000 --bind 127.0.0.1
    url: http://127.0.0.1:9000
    ready: {http: /}
    open: true
`

// contents are the services of the document, in its order, and its settings, as far as
// they can be read: what cannot is added to the faults. What else is wrong with the
// services, ValidateAll finds.
func (d *document) contents() (services []service, settings Settings) {
	holder := map[string]string{} // of each built-in
	if d.root != nil {
		mapping(keys{{"services", func(v value) {
			if _, nothing := v.node.(*ast.NullNode); nothing {
				return
			}
			for _, e := range v.entries(spec.Expected, "{what}", spec.Wrong(spec.AMappingOfServices)) {
				if strings.Contains(e.name, ".") { // it would look like a key's path
					e.faultAt(e.at, spec.DotInName)
					continue
				}
				s := readService(e)
				if other := holder[s.builtin]; other != "" {
					e.faultAtKey("builtin", spec.BuiltinTwice, "{builtin}", s.builtin, "{service}", other)
				}
				if s.builtin != "" {
					holder[s.builtin] = e.name
				}
				services = append(services, s)
			}
		}}, {"settings", mapping(settings.keys())}})(value{d, d.root, ""})
	}
	return services, settings
}

func readService(e entry) service {
	var s service
	s.Name = e.name
	mapping(s.keys())(e.value)
	if s.builtin != "" {
		s.finishBuiltin(e)
	} else {
		s.finishCommand(e)
	}
	return s
}

// finishCommand makes the paths of a service absolute, and refuses what one that is only
// watched has no use for.
func (s *service) finishCommand(e entry) {
	if !e.has("command") && s.Watched() {
		for _, key := range []string{"dir", "env", "env_file", "listen", "ready", "restart", "stop", "stdin"} {
			if e.has(key) {
				e.faultAtKey(key, spec.OnlyWatched)
			}
		}
		return
	}
	home := func(key string, path *string) {
		expanded, err := expandHome(*path)
		if err != nil {
			e.wrongAtKey(key, err)
		}
		*path = expanded
	}
	home("dir", &s.Dir)
	home("env_file", &s.EnvFile)
	if len(s.Command) > 0 {
		home("command", &s.Command[0])
	}
	s.Dir = absolute(e.folder, s.Dir)
	if s.EnvFile != "" {
		s.EnvFile = absolute(s.Dir, s.EnvFile)
	}
}

// finishBuiltin refuses what a built-in service has of its own.
func (s *service) finishBuiltin(e entry) {
	for _, key := range []string{"command", "dir", "env_file", "url", "ready", "stdin"} {
		if e.has(key) {
			e.faultAtKey(key, spec.BuiltinHasOwn, "{builtin}", s.builtin)
		}
	}
	if s.Listen != "" {
		address, err := loopbackAddress(s.Listen)
		if err != nil {
			e.wrongAtKey("listen", err) // its port still counts
		} else {
			s.Listen = address
		}
	}
	if !e.has("open") {
		s.Open = true
	}
}
