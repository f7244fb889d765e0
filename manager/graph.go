package manager

import (
	"fmt"
	"slices"
	"strings"
)

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
