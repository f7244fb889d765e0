package cli

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/manager/logs"
)

// A logSource is where lines come from. An error of either method is noLog where the
// service has no log.
type logSource interface {
	tail(ctx context.Context, service string, lines int) ([]logs.Line, error)
	// follow calls seen with the last lines, once with none, and then with new ones, until
	// ctx ends or seen returns an error.
	follow(ctx context.Context, service string, lines int, seen func([]logs.Line) error) error
}

// openLogSource returns the running instance as a source, or its files where none answers,
// and the services that have a log there.
func openLogSource(ctx context.Context, folders config.Folders) (source logSource, known []string) {
	if client, err := control.ClientFor(folders); err == nil {
		if status, err := client.Status(ctx); err == nil {
			for _, service := range status.Services {
				known = append(known, service.Name)
			}
			return instanceLogs{client}, known
		}
	}
	files, _ := fs.Glob(os.DirFS(folders.Logs()), "*.log") // the pattern is right
	for _, file := range files {
		known = append(known, strings.TrimSuffix(file, ".log"))
	}
	return fileLogs{folders.Logs()}, known
}

// instanceLogs asks a running instance.
type instanceLogs struct{ client *control.Client }

func (s instanceLogs) tail(ctx context.Context, service string, lines int) ([]logs.Line, error) {
	log, err := s.client.Log(ctx, service, lines)
	return log.Lines, s.explain(service, err)
}

func (s instanceLogs) follow(ctx context.Context, service string, lines int, seen func([]logs.Line) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var broken error
	err := s.client.Follow(ctx, service, lines, func(lines []logs.Line) {
		if broken = seen(lines); broken != nil {
			stop()
		}
	})
	var refused *control.Refused
	switch {
	case broken != nil:
		return broken
	case errors.As(err, &refused):
		return s.explain(service, err)
	}
	return errors.New("the log ends here: Configurable Agents was stopped")
}

func (instanceLogs) explain(service string, err error) error {
	var refused *control.Refused
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return noLog{service}
	}
	return err
}

// fileLogs reads the files in a folder.
type fileLogs struct{ folder string }

func (s fileLogs) path(service string) (string, error) {
	path := filepath.Join(s.folder, service+".log")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || filepath.Dir(path) != filepath.Clean(s.folder) {
		return "", noLog{service}
	}
	return path, nil
}

func (s fileLogs) tail(_ context.Context, service string, lines int) ([]logs.Line, error) {
	path, err := s.path(service)
	if err != nil {
		return nil, err
	}
	return logs.Tail(path, lines)
}

func (s fileLogs) follow(ctx context.Context, service string, lines int, seen func([]logs.Line) error) error {
	path, err := s.path(service)
	if err != nil {
		return err
	}
	return logs.Follow(ctx, path, lines, seen)
}
