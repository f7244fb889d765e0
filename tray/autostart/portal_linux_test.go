package autostart

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/godbus/dbus/v5"

	"agents-tray/tray/traytest"
)

func TestMain(m *testing.M) {
	if IsHelper(os.Args) {
		os.Exit(Main(os.Args))
	}
	os.Exit(m.Run())
}

// standIn speaks the portal's protocol, and answers at once.
type standIn struct {
	conn    *dbus.Conn
	refuses atomic.Bool
	asked   chan map[string]dbus.Variant
}

func (s *standIn) RequestBackground(_ string, options map[string]dbus.Variant, call dbus.Message) (dbus.ObjectPath, *dbus.Error) {
	s.asked <- options
	autostart, _ := options["autostart"].Value().(bool)
	const handle = dbus.ObjectPath("/org/freedesktop/portal/desktop/request/1/t")
	results := map[string]dbus.Variant{"background": dbus.MakeVariant(true), "autostart": dbus.MakeVariant(autostart && !s.refuses.Load())}
	body := []any{uint32(0), results}
	s.conn.Send(&dbus.Message{ // to whoever asked only, as the real one
		Type: dbus.TypeSignal,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldDestination: call.Headers[dbus.FieldSender], dbus.FieldPath: dbus.MakeVariant(handle),
			dbus.FieldInterface: dbus.MakeVariant("org.freedesktop.portal.Request"), dbus.FieldMember: dbus.MakeVariant("Response"),
			dbus.FieldSignature: dbus.MakeVariant(dbus.SignatureOf(body...)),
		},
		Body: body,
	}, nil)
	return handle, nil
}

// In a sandbox the desktop's portal is asked, even if it answers before its library listens.
func TestInASandboxThePortalIsAsked(t *testing.T) {
	own(t)
	before := sandboxFile
	t.Cleanup(func() { sandboxFile = before })
	sandboxFile = filepath.Join(t.TempDir(), "flatpak-info")
	must(t, os.WriteFile(sandboxFile, nil, 0o600))
	bus := traytest.StartBus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus.Address)
	t.Setenv("GORACE", "atexit_sleep_ms=0")
	e := Entry{"Configurable Agents", "/app/bin/agents-tray", []string{"--no-chat"}}
	if err := e.Enable(); !errors.Is(err, ErrNotAsked) || e.State() != Off {
		t.Errorf("without a portal: %v", err)
	}
	portal := &standIn{conn: bus.Connect(t), asked: make(chan map[string]dbus.Variant, 8)}
	if err := portal.conn.ExportMethodTable(map[string]any{"RequestBackground": portal.RequestBackground},
		"/org/freedesktop/portal/desktop", "org.freedesktop.portal.Background"); err != nil {
		t.Fatal(err)
	}
	if _, err := portal.conn.RequestName("org.freedesktop.portal.Desktop", 0); err != nil {
		t.Fatal(err)
	}
	if err := e.Enable(); err != nil || e.State() != On {
		t.Errorf("%v", err)
	}
	command, _ := (<-portal.asked)["commandline"].Value().([]string)
	if !slices.Equal(command, []string{"agents-tray", "--at-login", "--no-chat"}) {
		t.Errorf("the portal is to start %q", command)
	}
	if err := e.Disable(); err != nil || e.State() != Off {
		t.Errorf("%v", err)
	}
	portal.refuses.Store(true)
	if err := e.Enable(); !errors.Is(err, ErrRefused) || e.State() != Off {
		t.Errorf("refused: %v", err)
	}
}
