package clipboard

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"agents-tray/tray/traytest"
)

func TestCopyIsPasted(t *testing.T) {
	t.Setenv("DISPLAY", traytest.StartScreen(t))
	t.Setenv("WAYLAND_DISPLAY", "")
	for _, text := range []string{"http://127.0.0.1:7860", "Grüße", strings.Repeat("a long diagnosis\n", 4000)} {
		if err := Copy(text); err != nil {
			t.Fatal(err)
		}
		for range 2 { // as often as somebody likes
			if got := paste(t, "UTF8_STRING"); got != text {
				t.Errorf("%.40q is pasted as %.40q", text, got)
			}
		}
	}
	if list := paste(t, "TARGETS"); len(list) != 4*(1+len(formats)) {
		t.Errorf("%d bytes of formats", len(list))
	}
	if got := paste(t, "image/png"); got != "" {
		t.Errorf("as a picture it is %q", got)
	}
}

func TestCopyWithoutAScreen(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	if err := Copy("text"); !errors.Is(err, ErrNone) {
		t.Errorf("%v", err)
	}
}

// A Wayland desktop does not say whether it passes on what its X server is given, and
// mostly it does not.
func TestCopyOnWayland(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("DISPLAY", traytest.StartScreen(t))
	t.Setenv("WAYLAND_DISPLAY", "wayland-0")
	t.Setenv("PATH", folder)
	if err := Copy("text"); !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), "wl-copy") {
		t.Errorf("without wl-copy: %v", err)
	}
	copied := filepath.Join(folder, "copied")
	script := "#!/bin/sh\nwhile IFS= read -r line || [ \"$line\" ]; do echo \"$line\"; done >" + copied + "\n"
	if err := os.WriteFile(filepath.Join(folder, "wl-copy"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Copy("http://127.0.0.1:7860"); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(copied); err != nil || string(got) != "http://127.0.0.1:7860\n" {
		t.Errorf("wl-copy got %q, %v", got, err)
	}
}

// paste asks for the clipboard as another program does.
func paste(t *testing.T, format string) string {
	t.Helper()
	conn, err := xgb.NewConn()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	atom := func(name string) xproto.Atom {
		reply, err := xproto.InternAtom(conn, false, uint16(len(name)), name).Reply()
		if err != nil {
			t.Fatal(err)
		}
		return reply.Atom
	}
	screen := xproto.Setup(conn).DefaultScreen(conn)
	window, err := xproto.NewWindowId(conn)
	if err == nil {
		err = xproto.CreateWindowChecked(conn, screen.RootDepth, window, screen.Root, 0, 0, 1, 1, 0, xproto.WindowClassInputOutput, screen.RootVisual, 0, nil).Check()
	}
	if err == nil {
		err = xproto.ConvertSelectionChecked(conn, window, atom("CLIPBOARD"), atom(format), atom("PASTED"), xproto.TimeCurrentTime).Check()
	}
	if err != nil {
		t.Fatal(err)
	}
	for {
		event, failure := conn.WaitForEvent()
		if event == nil {
			t.Fatalf("the X server has ended (%v)", failure)
		}
		notify, ok := event.(xproto.SelectionNotifyEvent)
		if !ok {
			continue
		}
		if notify.Property == xproto.AtomNone {
			return ""
		}
		reply, err := xproto.GetProperty(conn, true, window, notify.Property, xproto.GetPropertyTypeAny, 0, 1<<20).Reply()
		if err != nil {
			t.Fatal(err)
		}
		return string(reply.Value)
	}
}
