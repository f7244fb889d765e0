package manager

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"agents-tray/manager/envfile"
	"agents-tray/manager/spec"
)

// ReadEnvFile returns the variables of a service's env_file, none if it has none. A value
// can name variables of the service's own environment, which begins with env. It returns when
// ctx ends. The error is an *envfile.Error.
func ReadEnvFile(ctx context.Context, s spec.ServiceSpec, env []string) ([]string, error) {
	if s.EnvFile == "" {
		return nil, nil
	}
	path := s.EnvFile
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.Dir, path)
	}
	return envfile.Read(ctx, path, slices.Concat(s.Env, os.Environ(), env))
}
