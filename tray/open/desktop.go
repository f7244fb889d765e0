package open

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Desktop is where what is opened is to appear. The zero value is the desktop of this process.
type Desktop struct {
	// Token is the permission to come to the front there, or empty.
	Token string
	// Env are the variables that lead to another desktop, in the form "NAME=value". Nil: it
	// is the one of this process.
	Env []string
}

// The variables by which a desktop hands a program the permission to come to the front:
// under Wayland, and under X11.
var tokenVariables = []string{"XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"}

// The variables that say where a program shows its windows, and whom it asks to.
var (
	displayVariables = []string{"DISPLAY", "WAYLAND_DISPLAY"}
	desktopVariables = append([]string{
		"XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "XDG_SESSION_ID", "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP", "DESKTOP_SESSION", "XDG_SEAT", "XDG_VTNR",
	}, displayVariables...)
)

// Here returns the desktop that this process was started from, for a process of another one.
// It removes the token from the environment: it is good for one window, and no process that
// is started later is meant. Without a display, as over ssh, there are no variables.
func Here() Desktop {
	var d Desktop
	for _, name := range tokenVariables {
		if value := os.Getenv(name); d.Token == "" {
			d.Token = value
		}
		_ = os.Unsetenv(name) // the names are valid
	}
	if !slices.ContainsFunc(displayVariables, func(name string) bool { return os.Getenv(name) != "" }) {
		return d
	}
	for _, name := range desktopVariables {
		if value := os.Getenv(name); value != "" {
			d.Env = append(d.Env, name+"="+value)
		}
	}
	return d
}

// Seen is the desktop as it is seen from this process: without variables if it is the same,
// and without those that say nothing of a desktop. The next session may have the display's number
// with another key to it.
func (d Desktop) Seen() Desktop {
	same := true
	for _, name := range append([]string{"XAUTHORITY"}, displayVariables...) {
		same = same && d.Variable(name) == os.Getenv(name)
	}
	if same || len(d.Env) == 0 {
		return Desktop{Token: d.Token}
	}
	d.Env = slices.DeleteFunc(slices.Clone(d.Env), func(variable string) bool { return !isOneOf(desktopVariables, variable) })
	return d
}

// Variable returns the value of one of the variables; "": there is none.
func (d Desktop) Variable(name string) string {
	for _, variable := range d.Env {
		if value, ok := strings.CutPrefix(variable, name+"="); ok {
			return value
		}
	}
	return ""
}

// Adopt makes it the desktop of this process, whose own is gone.
func (d Desktop) Adopt() {
	for _, name := range desktopVariables {
		if value := d.Variable(name); value != "" {
			_ = os.Setenv(name, value) // the names are valid
		} else {
			_ = os.Unsetenv(name)
		}
	}
}

// KeyLost reports whether the key to this process's display is gone, as that of a session that has
// ended: nothing can be opened there any more.
func KeyLost() bool {
	_, err := os.Stat(os.Getenv("XAUTHORITY"))
	return os.Getenv("XAUTHORITY") != "" && errors.Is(err, fs.ErrNotExist)
}

func isOneOf(names []string, variable string) bool {
	name, _, _ := strings.Cut(variable, "=")
	return slices.Contains(names, name)
}
