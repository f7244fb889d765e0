package notify

import (
	"strconv"

	"github.com/godbus/dbus/v5"
)

const (
	portalName      = "org.freedesktop.portal.Desktop"
	portalPath      = "/org/freedesktop/portal/desktop"
	portalInterface = "org.freedesktop.portal.Notification"

	portalPlaces = 16 // for messages without a key
)

// portal is the backend of the desktop portal, the only one that a sandbox can reach
// without being allowed to. It does not tell of messages that go away unanswered.
type portal struct {
	object dbus.BusObject
	last   int // message without a key
}

func probePortal(conn *dbus.Conn) (backend, error) {
	p := &portal{object: conn.Object(portalName, portalPath)}
	var version uint32 // of the interface, which is there if anybody shows messages
	if err := call(p.object, "org.freedesktop.DBus.Properties.Get", portalInterface, "version").Store(&version); err != nil {
		return nil, err
	}
	return p, match(conn, dbus.WithMatchObjectPath(portalPath), dbus.WithMatchInterface(portalInterface))
}

func (p *portal) show(n Notification, before string) (string, error) {
	identity := n.Key
	if identity == "" { // the oldest makes room for it
		p.last = (p.last + 1) % portalPlaces
		identity = "message " + strconv.Itoa(p.last)
	}
	type icon struct {
		Kind  string
		Value dbus.Variant
	}
	message := map[string]dbus.Variant{
		"title":    dbus.MakeVariant(n.Summary),
		"body":     dbus.MakeVariant(n.Body),
		"priority": dbus.MakeVariant("normal"),
		"icon":     dbus.MakeVariant(icon{"themed", dbus.MakeVariant([]string{desktopEntry})}),
	}
	if n.Urgent {
		message["priority"] = dbus.MakeVariant("urgent")
	}
	var buttons []map[string]dbus.Variant
	for i, action := range n.Actions {
		buttons = append(buttons, map[string]dbus.Variant{"label": dbus.MakeVariant(action.Label), "action": dbus.MakeVariant(strconv.Itoa(i))})
	}
	if len(buttons) > 0 {
		message["buttons"], message["default-action"] = dbus.MakeVariant(buttons), dbus.MakeVariant("0")
	}
	return identity, call(p.object, portalInterface+".AddNotification", identity, message).Err
}

func (p *portal) withdraw(identity string) {
	call(p.object, portalInterface+".RemoveNotification", identity)
}

func parsePortal(signal *dbus.Signal) (answer, bool) {
	var identity, action string
	var parameters []dbus.Variant
	if signal.Name != portalInterface+".ActionInvoked" || dbus.Store(signal.Body, &identity, &action, &parameters) != nil {
		return answer{}, false
	}
	button, err := strconv.Atoi(action)
	if err != nil {
		button = dismissed
	}
	return answer{identity, button, portalToken(parameters)}, true
}

// portalToken finds the token in what comes with an answer: newer portals add it.
func portalToken(parameters []dbus.Variant) string {
	for _, parameter := range parameters {
		data, _ := parameter.Value().(map[string]dbus.Variant)
		if token, ok := data["activation-token"].Value().(string); ok {
			return token
		}
	}
	return ""
}
