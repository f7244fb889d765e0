package spec

import (
	"errors"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
)

// Missing reports the services whose program is not found on this computer, as *Errors
// joined. lookPath looks a program up as the guard would for a service with that
// environment added. Built-in services have no program of their own, and those of
// optional services may be missing.
func Missing(specs []ServiceSpec, lookPath func(program string, env []string) (string, error)) error {
	var found []error
	for _, s := range specs {
		if s.Builtin != "" || s.Optional || len(s.Command) == 0 || s.Command[0] == "" {
			continue
		}
		if _, err := lookPath(s.Program(), s.Env); err != nil {
			found = append(found, &Error{s.Name, "command", Wrong(ProgramMissing, "{why}", missing(s.Command[0], err))})
		}
	}
	return errors.Join(found...)
}

// missing is why a program cannot be run, of which the system says err.
func missing(program string, err error) *Mistake {
	if filepath.Base(program) == program && errors.Is(err, exec.ErrNotFound) {
		return Wrong(NotInPath, "{program}", program)
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	} else if wrapped := (*exec.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return Wrong(CannotRun, "{program}", program, "{detail}", err)
}

// Program returns the file to execute, or a name to look up in PATH. Command must not be
// empty.
func (s ServiceSpec) Program() string {
	name := s.Command[0]
	if s.Dir != "" && !filepath.IsAbs(name) && strings.ContainsRune(filepath.ToSlash(name), '/') {
		return filepath.Join(s.Dir, name)
	}
	return name
}
