package manager

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"agents-tray/manager/guard"
)

// ValidateAll reports the first thing that is wrong with services that are to run together,
// as a *SpecError: one of them by itself, two of one name or on one port, a dependency
// that does not exist, leads back to where it came from or can never be met, or a
// command that is not there. Nothing is started or bound for it.
func ValidateAll(specs []ServiceSpec) error {
	for _, s := range specs {
		if err := s.Validate(); err != nil {
			return err
		}
	}
	for _, check := range []func([]ServiceSpec) error{checkNames, checkPorts, checkDependencies, checkCommands} {
		if err := check(specs); err != nil {
			return err
		}
	}
	return nil
}

func checkNames(specs []ServiceSpec) error {
	seen := map[string]bool{}
	for _, s := range specs {
		if seen[s.Name] {
			return &SpecError{s.Name, "name", errors.New("there is already a service of that name")}
		}
		seen[s.Name] = true
	}
	return nil
}

func checkPorts(specs []ServiceSpec) error {
	holder := map[int]string{}
	for _, s := range specs {
		field, address := s.ownAddress()
		port := portOf(address)
		if port == 0 {
			continue
		}
		if other := holder[port]; other != "" {
			return &SpecError{s.Name, field, fmt.Errorf("port %d is %s's already: each service needs a port of its own", port, other)}
		}
		holder[port] = s.Name
	}
	return nil
}

func checkDependencies(specs []ServiceSpec) error {
	byName := map[string]ServiceSpec{}
	names := make([]string, len(specs))
	for i, s := range specs {
		byName[s.Name], names[i] = s, s.Name
	}
	for _, s := range specs {
		for _, dep := range s.dependencies() {
			on, known := byName[dep]
			if !known {
				return &SpecError{s.Name, "depends_on." + dep, fmt.Errorf("there is no service %q; there are %s", dep, strings.Join(names, ", "))}
			}
			if s.DependsOn[dep] == ConditionCompleted && (on.Restart.Policy == "" || on.Restart.Policy == RestartAlways) {
				return &SpecError{s.Name, "depends_on." + dep, fmt.Errorf("%s is started again whenever it ends, so it is never completed: set its restart to on-failure or never", dep)}
			}
		}
	}
	if path := cycle(byName, names); path != nil {
		return &SpecError{path[0], "depends_on." + path[1], fmt.Errorf("the dependencies go round in a circle: %s", strings.Join(path, " → "))}
	}
	return nil
}

// dependencies are the names in DependsOn, in order.
func (s ServiceSpec) dependencies() []string {
	names := make([]string, 0, len(s.DependsOn))
	for name := range s.DependsOn {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// cycle returns a path of dependencies that ends where it begins, or nil.
func cycle(specs map[string]ServiceSpec, names []string) []string {
	done := map[string]bool{}
	var path []string
	var visit func(name string) []string
	visit = func(name string) []string {
		if at := slices.Index(path, name); at >= 0 {
			return append(slices.Clone(path[at:]), name)
		}
		if done[name] {
			return nil
		}
		path = append(path, name)
		defer func() { path = path[:len(path)-1] }()
		for _, dep := range specs[name].dependencies() {
			if found := visit(dep); found != nil {
				return found
			}
		}
		done[name] = true
		return nil
	}
	for _, name := range names {
		if found := visit(name); found != nil {
			return found
		}
	}
	return nil
}

// checkCommands looks every program up, but for those of optional services, which may
// well be missing.
func checkCommands(specs []ServiceSpec) error {
	for _, s := range specs {
		if s.Builtin != "" || s.Optional {
			continue
		}
		if _, err := guard.LookPath(s.program(), s.Env); err != nil {
			return &SpecError{s.Name, "command", fmt.Errorf("%w. Install it, or correct the command", err)}
		}
	}
	return nil
}

// program is the file to execute, or a name to look up in PATH.
func (s ServiceSpec) program() string {
	name := s.Command[0]
	if s.Dir != "" && !filepath.IsAbs(name) && strings.ContainsRune(filepath.ToSlash(name), '/') {
		return filepath.Join(s.Dir, name)
	}
	return name
}
