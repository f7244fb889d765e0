package manager

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"agents-tray/manager/spec"
)

// Unreachable says that a folder or a program did not answer in time, as on a network drive
// whose server is gone.
type Unreachable struct {
	Path   string
	Waited time.Duration
	Err    error // that of the context
}

func (e *Unreachable) Error() string {
	return fmt.Sprintf("%s did not answer within %v", e.Path, e.Waited)
}

func (e *Unreachable) Unwrap() error { return e.Err }

// Reach looks at a service's folder, and at its program as it is looked for with env added to the
// environment, so that the guard, which serves all services, need not wait for them. It returns
// when ctx ends. The error is an *Unreachable; what is missing is none: the guard tells of that.
func Reach(ctx context.Context, s spec.ServiceSpec, env []string) error {
	began := time.Now()
	var at atomic.Pointer[string] // what is looked at
	at.Store(new(s.Dir))
	_, done := within(ctx, func() any {
		if s.Dir != "" {
			_, _ = os.Stat(s.Dir) // whether it answers is asked, not what
		}
		for _, path := range candidates(s, env) {
			if ctx.Err() != nil {
				break
			}
			at.Store(&path)
			if touch(path) {
				break
			}
		}
		return nil
	})
	if !done {
		return &Unreachable{*at.Load(), time.Since(began).Round(time.Millisecond), ctx.Err()}
	}
	return nil
}

// within is what do returns, or false when ctx ends before that. Then a goroutine is left, which
// ends with the system's call.
func within[T any](ctx context.Context, do func() T) (T, bool) {
	done := make(chan T, 1)
	go func() { done <- do() }()
	select {
	case result := <-done:
		return result, true
	case <-ctx.Done():
		var none T
		return none, false
	}
}

// needsLook reports whether a service's start needs a file, folder or name that may be waited for:
// more than a program on PATH.
func needsLook(s spec.ServiceSpec) bool {
	return s.EnvFile != "" || s.Dir != "" || isNamed(s.Listen) || s.Builtin == "" && hasFolder(s.Program())
}

func hasFolder(program string) bool {
	return strings.ContainsAny(program, "/"+string(os.PathSeparator))
}

// candidates are the files that a service's program may be.
func candidates(s spec.ServiceSpec, env []string) []string {
	if s.Builtin != "" || len(s.Command) == 0 {
		return nil
	}
	program := s.Program()
	if hasFolder(program) {
		return []string{program}
	}
	path := os.Getenv("PATH")
	for _, pair := range slices.Concat(env, s.Env) {
		if value, ok := strings.CutPrefix(pair, "PATH="); ok {
			path = value
		}
	}
	var files []string
	for _, folder := range filepath.SplitList(path) {
		files = append(files, filepath.Join(folder, program))
	}
	return files
}

// touch reports whether there is such a file, and reads its beginning, as the system does to
// execute it.
func touch(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return err == nil
	}
	file, err := os.Open(path)
	if err != nil {
		return true // it may be executed all the same
	}
	defer file.Close()
	_, _ = file.Read(make([]byte, 256)) // whatever it holds
	return true
}
