package manager

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"agents-tray/manager/guard/proctree"
)

// ValidateAll reports all that is wrong with services that are to run together, as
// *SpecErrors joined: with one of them by itself, two of one name or on one port, a
// dependency that does not exist, leads back to where it came from or can never be met, or
// a command that is not there. Nothing is started or bound for it.
func ValidateAll(specs []ServiceSpec) error {
	var found []error
	for _, s := range specs {
		for _, mistake := range s.mistakes() {
			found = append(found, mistake)
		}
	}
	for _, check := range []func([]ServiceSpec) []error{checkNames, checkPorts, checkDependencies, checkCommands} {
		found = append(found, check(specs)...)
	}
	return errors.Join(found...)
}

func checkNames(specs []ServiceSpec) (found []error) {
	seen := map[string]bool{}
	for _, s := range specs {
		if seen[s.Name] {
			found = append(found, &SpecError{s.Name, "name", errors.New("there is already a service of that name")})
		}
		seen[s.Name] = true
	}
	return found
}

func checkPorts(specs []ServiceSpec) (found []error) {
	holder := map[int]string{}
	for _, s := range specs {
		field, address := s.ownAddress()
		port := portOf(address)
		if port == 0 {
			continue
		}
		if other := holder[port]; other != "" {
			found = append(found, &SpecError{s.Name, field, fmt.Errorf("port %d is %s's already: each service needs a port of its own", port, other)})
			continue
		}
		holder[port] = s.Name
	}
	return found
}

// checkCommands looks every program up, but for those of optional services, which may
// well be missing.
func checkCommands(specs []ServiceSpec) (found []error) {
	for _, s := range specs {
		if s.Builtin != "" || s.Optional || len(s.Command) == 0 || s.Command[0] == "" {
			continue
		}
		if _, err := proctree.LookPath(s.program(), s.Env); err != nil {
			found = append(found, &SpecError{s.Name, "command", fmt.Errorf("%w. Install it, or correct the command", err)})
		}
	}
	return found
}

// program is the file to execute, or a name to look up in PATH.
func (s ServiceSpec) program() string {
	name := s.Command[0]
	if s.Dir != "" && !filepath.IsAbs(name) && strings.ContainsRune(filepath.ToSlash(name), '/') {
		return filepath.Join(s.Dir, name)
	}
	return name
}
