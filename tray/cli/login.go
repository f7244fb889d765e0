package cli

import (
	"path/filepath"
	"strconv"

	"agents-tray/sessiondb"
)

// loginArguments are the options that a start at login is to have: those of this start that
// last, with paths that do not depend on the working directory.
func (l launch) loginArguments() (args []string, err error) {
	if l.File != "" {
		file, err := filepath.Abs(l.File)
		if err != nil {
			return nil, err
		}
		args = append(args, "--config", file)
	}
	if l.Host != "" {
		args = append(args, "--host", l.Host)
	}
	if l.DashboardPort != 0 {
		args = append(args, "--dashboard-port", strconv.Itoa(l.DashboardPort))
	}
	if l.ChatPort != 0 {
		args = append(args, "--chat-port", strconv.Itoa(l.ChatPort))
	}
	if l.NoChat {
		args = append(args, "--no-chat")
	}
	if l.database != "" {
		file, err := sessiondb.ParseURL(l.database)
		if err != nil {
			return nil, err
		}
		args = append(args, "--db-url", sessiondb.FileURL(file))
	}
	return args, nil
}
