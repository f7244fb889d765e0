//go:build linux

package traytest

import (
	"bufio"
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Panel is a real Xfce panel on a screen of its own, with its own session bus.
type Panel struct {
	Bus *Bus

	t       testing.TB
	display string
	env     []string
	stop    func()
}

// panelSettings put one panel with nothing but a tray at the lower edge.
const panelSettings = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=10;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
  </property>
</channel>
`

// StartPanel starts a screen, a session bus and a panel, and returns when the panel
// takes tray icons.
func StartPanel(t testing.TB) *Panel {
	t.Helper()
	screen, panel := Need(t, "Xvfb"), Need(t, "xfce4-panel")
	Need(t, "import")
	p := &Panel{t: t, display: startScreen(t, screen)}
	home := t.TempDir()
	settings := filepath.Join(home, "xfce4", "xfconf", "xfce-perchannel-xml")
	if err := os.MkdirAll(settings, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(settings, "xfce4-panel.xml"), []byte(panelSettings), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{
		"PATH=" + os.Getenv("PATH"), "DISPLAY=" + p.display, "HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_CACHE_HOME=" + home,
		"XDG_DATA_HOME=" + home, "XDG_RUNTIME_DIR=" + home, "XDG_CURRENT_DESKTOP=XFCE", "GDK_BACKEND=x11", "NO_AT_BRIDGE=1", "GTK_THEME=Adwaita",
	}
	p.Bus = startBus(t, env, "/usr/share/dbus-1/services")
	p.env = append(env, "DBUS_SESSION_BUS_ADDRESS="+p.Bus.Address)
	p.start(panel)
	t.Cleanup(func() { p.stop() })
	return p
}

// Restart kills the panel and starts another.
func (p *Panel) Restart() {
	p.t.Helper()
	p.stop()
	p.start(Need(p.t, "xfce4-panel"))
}

func (p *Panel) start(program string) {
	p.t.Helper()
	command := exec.Command(program, "--disable-wm-check")
	command.Env = p.env
	gone, err := startMortal(command)
	if err != nil {
		p.t.Fatalf("start the panel: %v", err)
	}
	p.stop = func() {
		_ = command.Process.Kill() // an error says that it has ended already
		<-gone
	}
	p.wait("the panel takes tray icons", func() bool { _, err := p.registered(); return err == nil })
}

// StartScreen starts an X server without a screen and returns its DISPLAY.
func StartScreen(t testing.TB) string {
	t.Helper()
	return startScreen(t, Need(t, "Xvfb"))
}

// startScreen starts an X server without a screen and returns its display.
func startScreen(t testing.TB, program string) string {
	t.Helper()
	numbers, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer numbers.Close()
	command := exec.Command(program, "-displayfd", "3", "-screen", "0", "640x200x24", "-nolisten", "tcp", "-noreset")
	command.ExtraFiles = []*os.File{write}
	gone, err := startMortal(command)
	_ = write.Close()
	if err != nil {
		t.Fatalf("start Xvfb: %v", err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill() // an error says that it has ended already
		<-gone
	})
	number, err := bufio.NewReader(numbers).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb did not start: %v", err)
	}
	return ":" + strings.TrimSpace(number)
}

// registered returns the tray icons that the panel knows.
func (p *Panel) registered() ([]string, error) {
	conn := p.Bus.Connect(p.t)
	defer conn.Close()
	var items []string
	err := conn.Object(watcherName, watcherPath).StoreProperty(watcherName+".RegisteredStatusNotifierItems", &items)
	return items, err
}

// WaitIcon returns a picture of the screen on which drawn finds the icon.
func (p *Panel) WaitIcon(drawn func(image.Image) bool) image.Image {
	p.t.Helper()
	p.wait("the panel knows an icon", func() bool { items, err := p.registered(); return err == nil && len(items) > 0 })
	var last image.Image
	p.wait("the panel draws the icon", func() bool { last = p.Picture(); return drawn(last) })
	return last
}

// Picture is what the screen shows.
func (p *Panel) Picture() image.Image {
	p.t.Helper()
	command := exec.Command("import", "-silent", "-window", "root", "png:-")
	command.Env = append(os.Environ(), "DISPLAY="+p.display)
	out, err := command.Output()
	if err != nil {
		p.t.Fatalf("take a picture of the screen: %v", err)
	}
	picture, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		p.t.Fatalf("take a picture of the screen: %v", err)
	}
	return picture
}

// wait looks again and again: a panel tells nobody when it has drawn.
func (p *Panel) wait(what string, done func() bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	for !done() {
		select {
		case <-ctx.Done():
			p.t.Fatalf("waited in vain until %s", what)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
