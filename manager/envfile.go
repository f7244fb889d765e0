package manager

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/go-envparse"
)

// envFileSize is how long an env_file may be. The system takes about 2 MB of environment and
// arguments together.
const envFileSize = 1 << 20

// readEnvFile returns the NAME=value pairs of an env_file: a regular file of limited size,
// since what is read from a pipe or a device may never end.
func readEnvFile(_ context.Context, path string) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &EnvFileError{Path: path, Err: errors.New("it is not a regular file")}
	case info.Size() > envFileSize:
		return nil, &EnvFileError{Path: path, Err: fmt.Errorf("it is larger than %d kB", envFileSize>>10)}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values, err := envparse.Parse(strings.NewReader(string(text)))
	if err != nil {
		return nil, &EnvFileError{Path: path, Err: err}
	}
	var env []string
	for name, value := range values {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	return env, nil
}
