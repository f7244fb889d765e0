package spec

import (
	"errors"
	"slices"
	"strings"
)

// CheckDependencies reports dependencies that do not exist, lead back to where they came
// from or can never be met, as *Errors joined.
func CheckDependencies(specs []ServiceSpec) error { return errors.Join(dependencyMistakes(specs)...) }

func dependencyMistakes(specs []ServiceSpec) (found []error) {
	byName := map[string]ServiceSpec{}
	names := make([]string, len(specs))
	for i, s := range specs {
		byName[s.Name], names[i] = s, s.Name
	}
	for _, s := range specs {
		for _, dep := range s.Dependencies() {
			on, known := byName[dep]
			if !known {
				found = append(found, &Error{s.Name, "depends_on." + dep, Wrong(UnknownService, "{name}", quoted(dep), "{list}", strings.Join(some(names), ", "))})
			} else if s.DependsOn[dep] == ConditionCompleted && (on.Restart.Policy == "" || on.Restart.Policy == RestartAlways) {
				found = append(found, &Error{s.Name, "depends_on." + dep, Wrong(NeverCompleted, "{service}", dep)})
			}
		}
	}
	for _, path := range cycles(byName, names) {
		found = append(found, &Error{path[0], "depends_on." + path[1], Wrong(Circle, "{path}", strings.Join(some(path), " → "))})
	}
	return found
}

// mostNames is how many names a message has.
const mostNames = 12

// some are as many of the names as a message has, the last among them.
func some(names []string) []string {
	if len(names) <= mostNames {
		return names
	}
	return append(slices.Clone(names[:mostNames-2]), "…", names[len(names)-1])
}

// Dependencies returns the names in DependsOn, sorted.
func (s ServiceSpec) Dependencies() []string {
	names := make([]string, 0, len(s.DependsOn))
	for name := range s.DependsOn {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// cycles returns paths of dependencies that end where they begin, one for each dependency
// that closes a circle.
func cycles(specs map[string]ServiceSpec, names []string) (found [][]string) {
	done := map[string]bool{}
	var path []string
	var visit func(name string)
	visit = func(name string) {
		if at := slices.Index(path, name); at >= 0 {
			found = append(found, append(slices.Clone(path[at:]), name))
			return
		}
		if done[name] {
			return
		}
		path = append(path, name)
		for _, dep := range specs[name].Dependencies() {
			visit(dep)
		}
		path = path[:len(path)-1]
		done[name] = true
	}
	for _, name := range names {
		visit(name)
	}
	return found
}
