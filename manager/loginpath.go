package manager

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// loginTime bounds the wait for the login shell, whose start-up files may do anything.
const loginTime = 10 * time.Second

// A loginPath is what the user's login shell says of PATH. A program that was started from a
// desktop has a poorer one than a terminal: version managers and package managers add to it in
// the shell's start-up files. The shell is asked once, when a program is not found.
type loginPath struct {
	asked   bool
	known   bool
	path    string // "" if it could not be learnt
	waiting []*service
}

// findByLoginPath has a program that was not found be looked for in the login shell's PATH,
// too. It reports whether that is to be awaited; else there is nothing more to look in.
func (s *service) findByLoginPath() bool {
	l := &s.m.login
	if s.byLoginPath || s.searched() == "" || s.ownPath() || l.known && l.path == "" {
		return false
	}
	s.byLoginPath = true
	if l.known {
		s.dropRun() // and another start follows
		return true
	}
	s.run.stage = preparing // there is no process
	l.waiting = append(l.waiting, s)
	if l.asked {
		return true
	}
	l.asked = true
	ask := s.m.outside.loginPath
	go func() {
		ctx, cancel := context.WithTimeout(s.m.ctx, loginTime)
		defer cancel()
		path := ask(ctx)
		s.m.post(func() { s.m.onLoginPath(path) })
	}()
	return true
}

// onLoginPath starts those again that wait for it.
func (m *Manager) onLoginPath(path string) {
	l := &m.login
	l.known, l.path = true, path
	for _, s := range l.waiting {
		switch {
		case s.run == nil || s.run.stage != preparing || s.run.ending:
		case path == "":
			s.dropRun()
			s.fail(missingProgramProblem(s.spec.Title, s.spec.Program(), s.searched(), ""))
		default:
			s.dropRun()
		}
	}
	l.waiting = nil
}

// ownPath reports whether the services file, or its env_file, sets PATH for the service.
func (s *service) ownPath() bool {
	return s.run != nil && s.run.path != nil || slices.ContainsFunc(s.spec.Env, func(pair string) bool { return strings.HasPrefix(pair, "PATH=") })
}

// paths are the login shell's PATH and what this program's has beside it.
func (l *loginPath) paths() string {
	folders := filepath.SplitList(l.path)
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		if !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	return strings.Join(folders, string(os.PathListSeparator))
}
