package poweroff

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"github.com/godbus/dbus/v5"
)

// sessionOf is the session that this process belongs to; empty: none that logind knows. One
// that is being closed already is left over from an earlier login.
func sessionOf(ctx context.Context, conn *dbus.Conn) dbus.ObjectPath {
	object := conn.Object(logind, managerPath)
	get := func(method string, of any) (path dbus.ObjectPath, err error) {
		return path, object.CallWithContext(ctx, manager+"."+method, 0, of).Store(&path)
	}
	for _, candidate := range []func() (dbus.ObjectPath, error){
		func() (dbus.ObjectPath, error) { return get("GetSession", os.Getenv("XDG_SESSION_ID")) },
		func() (dbus.ObjectPath, error) { return get("GetSessionByPID", uint32(os.Getpid())) },
		func() (dbus.ObjectPath, error) { // what systemd starts for the user is in no session; the user's display is
			user, err := get("GetUser", uint32(os.Getuid()))
			var display struct {
				ID   string
				Path dbus.ObjectPath
			}
			if err == nil {
				err = property(ctx, conn, user, logind+".User", "Display", &display)
			}
			return display.Path, err
		},
	} {
		path, err := candidate()
		var state string
		if err == nil && property(ctx, conn, path, logind+".Session", "State", &state) == nil && state != closing {
			return path
		}
	}
	return ""
}

// closing is the state of a session whose user has logged off while something of it runs.
const closing = "closing"

func property(ctx context.Context, conn *dbus.Conn, path dbus.ObjectPath, of, name string, into any) error {
	var value dbus.Variant
	if err := conn.Object(logind, path).CallWithContext(ctx, properties+".Get", 0, of, name).Store(&value); err != nil {
		return err
	}
	return value.Store(into)
}

// What is known of a session.
type known int

const (
	unknown known = iota
	noSession
	lasting
	over // or about to be
)

// isOver asks whether the session that this process belongs to has ended.
func (n *link) isOver(within time.Duration) known {
	if n.session == "" {
		return noSession
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	var state string
	err := property(ctx, n.conn, n.session, logind+".Session", "State", &state)
	switch {
	case err == nil && state == closing, isGone(err):
		return over
	case err == nil:
		return lasting
	}
	return unknown
}

// isGone reports whether an error is logind's answer that there is no such session.
func isGone(err error) bool {
	var answer dbus.Error
	return errors.As(err, &answer) && slices.Contains([]string{
		logind + ".NoSuchSession", "org.freedesktop.DBus.Error.UnknownObject", "org.freedesktop.DBus.Error.NoSuchObject",
	}, answer.Name)
}
