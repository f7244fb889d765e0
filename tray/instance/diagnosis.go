package instance

import (
	"cmp"
	"fmt"
	"os"
	"os/user"
	"runtime"
	"strings"
	"time"

	"agents-tray/manager/logs"
	"agents-tray/manager/words"
	"agents-tray/tray"
)

const (
	shownLines = 20  // the last of a service in the diagnosis
	shownLine  = 500 // bytes of each
)

// diagnosis is a report for whoever helps the user, without private data. It is always in
// English.
func (i *Instance) diagnosis() string {
	var b strings.Builder
	status := i.Status()
	fmt.Fprintf(&b, "%s %s (%s/%s, %s)\n", tray.Name, status.Version, runtime.GOOS, runtime.GOARCH, runtime.Version())
	fmt.Fprintf(&b, "State: %s, since %s, %d goroutines\n", status.Phase, status.Started.UTC().Format(time.RFC3339), runtime.NumGoroutine())
	fmt.Fprintf(&b, "Desktop: %s, %s; locale %s\n", cmp.Or(os.Getenv("XDG_CURRENT_DESKTOP"), "none"), cmp.Or(os.Getenv("XDG_SESSION_TYPE"), "none"), cmp.Or(os.Getenv("LANG"), "none"))
	fmt.Fprintf(&b, "Files: %s, %s\n", i.options.Folders.State, i.options.Folders.Config)
	if review := status.Unclean; review != nil {
		fmt.Fprintf(&b, "Last session: %s Last seen %s\n%s", review.Cause, review.LastSeen.UTC().Format(time.RFC3339), review.Detail)
	}
	for _, notice := range status.Notices {
		fmt.Fprintf(&b, "Notice: %s\n", notice)
	}
	for _, service := range status.Services {
		fmt.Fprintf(&b, "\n%s: %s, %d restarts, %s\n", service.Name, service.State, service.Restarts, cmp.Or(service.URL, "none"))
		if service.LastExit != nil {
			fmt.Fprintf(&b, "  last exit: it %s, %s\n", words.English.Exit(*service.LastExit), service.LastExit.At.UTC().Format(time.RFC3339))
		}
		if service.Problem != nil {
			fmt.Fprintf(&b, "  problem: %s\n", words.English.Report(service.Problem))
		}
		b.WriteString(i.lastLines(service.Name))
	}
	return i.redactor().clean(b.String())
}

func (i *Instance) lastLines(service string) string {
	path, err := i.LogFile(service)
	if err != nil {
		return ""
	}
	lines, err := logs.Tail(path, shownLines)
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&b, "  | %s %s\n", line.Time.UTC().Format(time.RFC3339), cut(logs.Plain(line.Text)))
	}
	return b.String()
}

// cut leaves out what is too much of a line.
func cut(line string) string {
	if len(line) <= shownLine {
		return line
	}
	return fmt.Sprintf("%s… [%d bytes more]", strings.ToValidUTF8(line[:shownLine], ""), len(line)-shownLine)
}

// redactor returns a redactor of this user's data and of the services' secrets.
func (i *Instance) redactor() redactor {
	home, _ := os.UserHomeDir() // without one there is nothing to replace
	name := ""
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	environment := os.Environ()
	for _, spec := range i.services() {
		for _, pair := range spec.Env {
			environment = append(environment, "="+pair) // all of these are secret
		}
	}
	return newRedactor(home, name, environment)
}
