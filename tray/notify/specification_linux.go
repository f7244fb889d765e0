package notify

import (
	"html"
	"slices"
	"strconv"

	"github.com/godbus/dbus/v5"
)

const (
	notificationsName = "org.freedesktop.Notifications"
	notificationsPath = "/org/freedesktop/Notifications"
)

// specification is the backend of the Desktop Notifications Specification 1.2. The library
// for it (esiqveland/notify) ends the program at a signal of an unexpected shape.
type specification struct {
	object          dbus.BusObject
	actions, markup bool // what the desktop can do
	all             bool // it makes a button of the click on the message, too
}

func probeSpecification(conn *dbus.Conn) (backend, error) {
	s := &specification{object: conn.Object(notificationsName, notificationsPath)}
	var capabilities []string
	if err := call(s.object, notificationsName+".GetCapabilities").Store(&capabilities); err != nil {
		return nil, err
	}
	var name, vendor, version, specification string
	_ = call(s.object, notificationsName+".GetServerInformation").Store(&name, &vendor, &version, &specification) // then it is one of the others
	s.all = name == "lxqt-notificationd"
	s.actions, s.markup = slices.Contains(capabilities, "actions"), slices.Contains(capabilities, "body-markup")
	return s, match(conn, dbus.WithMatchObjectPath(notificationsPath), dbus.WithMatchInterface(notificationsName))
}

func (s *specification) show(n Notification, before string) (string, error) {
	body := n.Body
	if s.markup {
		body = html.EscapeString(body)
	}
	buttons := []string{} // key, label, key, label, …
	if len(n.Actions) > 0 && s.actions {
		if !s.all {
			buttons = append(buttons, "default", n.Actions[0].Label)
		}
		for i, action := range n.Actions {
			buttons = append(buttons, strconv.Itoa(i), action.Label)
		}
	}
	urgency := byte(1)
	if n.Urgent {
		urgency = 2
	}
	hints := map[string]dbus.Variant{"urgency": dbus.MakeVariant(urgency), "desktop-entry": dbus.MakeVariant(desktopEntry)}
	var id uint32
	err := call(s.object, notificationsName+".Notify", applicationName, number(before), desktopEntry, n.Summary, body, buttons, hints, int32(-1)).Store(&id)
	return strconv.FormatUint(uint64(id), 10), err
}

func (s *specification) withdraw(identity string) {
	call(s.object, notificationsName+".CloseNotification", number(identity))
}

// number is what the specification has for an identity; 0: none.
func number(identity string) uint32 {
	id, _ := strconv.ParseUint(identity, 10, 32)
	return uint32(id)
}

func parseSpecification(signal *dbus.Signal) (answer, bool) {
	var id, reason uint32
	var key, token string
	button := dismissed
	switch {
	case signal.Name == notificationsName+".ActionInvoked" && dbus.Store(signal.Body, &id, &key) == nil:
		if key == "default" {
			button = 0
		} else if pressed, err := strconv.Atoi(key); err == nil {
			button = pressed
		}
	case signal.Name == notificationsName+".ActivationToken" && dbus.Store(signal.Body, &id, &token) == nil: // before ActionInvoked
		button = permitted
	case signal.Name == notificationsName+".NotificationClosed" && dbus.Store(signal.Body, &id, &reason) == nil:
	default:
		return answer{}, false
	}
	return answer{strconv.FormatUint(uint64(id), 10), button, token}, true
}
