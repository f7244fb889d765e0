//go:build unix && !darwin

package autostart

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/rymdport/portal/background"
)

// In a Flatpak the folder of what is started at login is out of reach: the desktop's portal
// is asked. Its library does so on the connection that the tray's library shows the icon
// on, waits without a limit and misses an answer that comes at once, so it is called in a
// process of its own.
const (
	portalRole = "request-autostart" // the first argument of that process
	portalTime = 2 * time.Minute     // for the user to answer the desktop's question
	refused    = 2                   // the exit status of that process for a no
	response   = "org.freedesktop.portal.Request.Response"
)

// sandboxFile is in every Flatpak; tests have another one.
var sandboxFile = "/.flatpak-info"

func inSandbox() bool {
	_, err := os.Stat(sandboxFile)
	return err == nil
}

// askPortal has the desktop start command at login, or nothing. It waits for the user, whom
// the desktop may ask.
func askPortal(on bool, command []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), portalTime)
	defer cancel()
	helper := exec.CommandContext(ctx, "/proc/self/exe", append([]string{portalRole, fmt.Sprint(on)}, command...)...)
	helper.Args[0] = identity
	var told bytes.Buffer
	helper.Stderr = &told
	err := helper.Run()
	if ctx.Err() != nil {
		return ErrUnanswered
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == refused {
		return ErrRefused
	}
	if line, _, _ := strings.Cut(told.String(), "\n"); err != nil && line != "" {
		return fmt.Errorf("%w: %s", ErrNotAsked, line)
	}
	return err
}

// IsHelper reports whether a process was started to ask the portal. It goes on with Main.
func IsHelper(args []string) bool {
	return len(args) > 2 && args[0] == identity && args[1] == portalRole
}

// Main is the process that asks the portal, and returns its exit status.
func Main(args []string) int {
	switch err := request(args[2] == "true", args[3:]); {
	case errors.Is(err, ErrRefused):
		return refused
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func request(on bool, command []string) error {
	conn, err := dbus.SessionBus() // the library's
	if err != nil {
		return err
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	failed := make(chan error, 1)
	go func() {
		_, err := background.RequestBackground("", &background.RequestOptions{
			Reason: "Starts at login, as you have chosen in its menu.", Autostart: on, Commandline: command,
		})
		if err != nil {
			failed <- err
		}
	}()
	for {
		select {
		case err := <-failed:
			return err
		case signal, open := <-signals:
			if !open {
				return errors.New("the desktop is gone")
			}
			var status uint32
			var results map[string]dbus.Variant
			if signal.Name != response || dbus.Store(signal.Body, &status, &results) != nil {
				continue
			}
			if allowed, _ := results["autostart"].Value().(bool); status != 0 || allowed != on {
				return ErrRefused
			}
			return nil
		}
	}
}
