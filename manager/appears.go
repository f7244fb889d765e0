package manager

import (
	"context"
	"os"
	"time"
)

// A folder, program or env_file that is missing may be on a drive that is mounted late, as a
// network drive at log-in. Its service has failed, and is told as that; should what is missing be
// there within appearTime, the service is started after all.
const (
	appearTime  = time.Minute
	firstAppear = time.Second // then it is looked for after twice as long, and so on
	mostAppear  = 16 * time.Second
	// mostAppeared bounds how often a service is started for that until the user asks for it.
	mostAppeared = 5
)

// awaitAppearance waits, beside the owner, for what the service has just failed for, if that is a
// path.
func (s *service) awaitAppearance() {
	p, m := s.problem, s.m
	late := p.Kind == NoFolder && p.Detail == "" || p.Kind == NotFound && hasFolder(p.Path) || p.Kind == EnvFile && p.Missing || p.Kind == PathHangs
	if !late || p.Path == "" || s.spec.Once || s.appeared >= mostAppeared {
		return
	}
	go func() {
		if !awaitPath(m.ctx, p.Path, m.outside.exists) {
			return
		}
		m.post(func() {
			if s.problem == p && s.outcome == failed && s.want {
				s.outcome, s.problem = undecided, nil
				s.appeared++
			}
		})
	}()
}

// awaitPath reports whether a path is there before appearTime is over or ctx ends.
func awaitPath(ctx context.Context, path string, exists func(context.Context, string) bool) bool {
	ctx, cancel := context.WithTimeout(ctx, appearTime)
	defer cancel()
	for wait := firstAppear; ; wait = min(2*wait, mostAppear) {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
		if exists(ctx, path) {
			return true
		}
	}
}

// pathExists reports whether there is such a file or folder; false when ctx ends before that is
// known.
func pathExists(ctx context.Context, path string) bool {
	there, _ := within(ctx, func() bool {
		_, err := os.Stat(path)
		return err == nil
	})
	return there
}
