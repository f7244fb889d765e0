package traytest

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"log"
	"os"
	"os/exec"
	"testing"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"
)

// The tests drive a real tray program: this test binary, started again.
const programVariable = "TRAYTEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programVariable) != "" {
		program()
		return
	}
	os.Exit(m.Run())
}

// startProgram starts the tray program on bus; it is killed when the test ends.
func startProgram(t *testing.T, bus *Bus, environment ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), programVariable+"=1", "DBUS_SESSION_BUS_ADDRESS="+bus.Address)
	cmd.Env = append(cmd.Env, environment...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	gone, err := startMortal(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-gone
		if t.Failed() {
			// Reports of data races inside systray are to be expected here.
			t.Logf("the tray program printed:\n%s", output.Bytes())
		}
	})
	return cmd
}

func program() {
	notifications, err := dbus.ConnectSessionBus()
	if err != nil {
		log.Fatal(err)
	}
	returned := make(chan *dbus.Signal, 8)
	listen(notifications, returned)

	// Before Run: systray loses what is set while it gets ready.
	systray.SetTitle("Traytest")
	systray.SetIcon(square(green))
	systray.SetTooltip("all is well")
	systray.SetOnTapped(func() { systray.SetTooltip("activated") })
	systray.Run(func() {
		status := systray.AddMenuItem("● Running", "")
		status.Disable()
		systray.AddSeparator()
		on("Open page", func(*systray.MenuItem) {
			if err := exec.Command("xdg-open", "http://127.0.0.1:7861/?ticket=a b&x=1#top").Run(); err != nil {
				log.Print(err)
			}
		})
		services := systray.AddMenuItem("Services", "")
		chat := services.AddSubMenuItem("Chat__bot", "")
		onItem(chat.AddSubMenuItem("Restart", ""), func(*systray.MenuItem) { status.SetTitle("◐ Starting…") })
		onItem(systray.AddMenuItemCheckbox("Start at login", "", false), func(box *systray.MenuItem) {
			if box.Checked() {
				box.Uncheck()
			} else {
				box.Check()
			}
		})
		systray.AddMenuItem("Review", "").Hide()
		on("Break", func(*systray.MenuItem) {
			systray.SetIcon(square(red))
			systray.SetTitle("Traytest: broken")
		})
		on("Notify", func(item *systray.MenuItem) { item.SetTitle("Answer: " + ask(notifications, returned)) })
		on("Quit", func(*systray.MenuItem) { systray.Quit() })
	}, nil)
}

func on(label string, clicked func(*systray.MenuItem)) {
	onItem(systray.AddMenuItem(label, ""), clicked)
}

// onItem gives the item a channel that keeps a click until it is taken.
func onItem(item *systray.MenuItem, clicked func(*systray.MenuItem)) {
	clicks := make(chan struct{}, 8)
	item.ClickedCh = clicks
	go func() {
		for range clicks {
			clicked(item)
		}
	}()
}

// listen hands on what notifications signal, and makes up for systray, which may miss
// a panel that comes while it gets ready: it registers the icon with each new panel.
func listen(conn *dbus.Conn, notifications chan<- *dbus.Signal) {
	signals := make(chan *dbus.Signal, 8)
	conn.Signal(signals)
	for _, rule := range [][]dbus.MatchOption{
		{dbus.WithMatchInterface(notificationsName)},
		{dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcherName)},
	} {
		if err := conn.AddMatchSignal(rule...); err != nil {
			log.Fatal(err)
		}
	}
	go func() {
		for signal := range signals {
			if signal.Name != nameOwnerChanged {
				notifications <- signal
			} else if signal.Body[2] != "" {
				registerAgain()
			}
		}
	}()
}

// registerAgain registers the icon over the connection that systray uses, unless
// systray is not ready to show it: then it has yet to register by itself.
func registerAgain() {
	shared, err := dbus.SessionBus()
	if err != nil {
		log.Print(err)
		return
	}
	menu := shared.Object(shared.Names()[0], "/StatusNotifierItem/menu")
	if _, err := menu.GetProperty(menuInterface + ".Version"); err != nil {
		return
	}
	shared.Object(watcherName, watcherPath).Call(watcherName+".RegisterStatusNotifierItem", 0, "/StatusNotifierItem")
}

// ask shows a notification with two buttons and returns which was clicked.
func ask(conn *dbus.Conn, signals <-chan *dbus.Signal) string {
	var id uint32
	err := conn.Object(notificationsName, notificationsPath).Call(notificationsName+".Notify", 0,
		"traytest", uint32(0), "", "Chat stopped", "Start it again?", []string{"yes", "Start", "no", "Leave it"},
		map[string]dbus.Variant{"urgency": dbus.MakeVariant(byte(2))}, int32(-1)).Store(&id)
	if err != nil {
		return err.Error()
	}
	for signal := range signals {
		if signal.Body[0] != id {
			continue
		}
		switch signal.Name {
		case notificationsName + ".ActionInvoked":
			return signal.Body[1].(string)
		case notificationsName + ".NotificationClosed":
			return "none"
		}
	}
	return "the bus is gone"
}

var (
	green = color.NRGBA{R: 0x20, G: 0xa0, B: 0x40, A: 0xff}
	red   = color.NRGBA{R: 0xc0, G: 0x20, B: 0x20, A: 0xff}
)

// square returns a PNG file: a square of one colour with a partly transparent edge.
func square(c color.NRGBA) []byte {
	picture := image.NewNRGBA(image.Rect(0, 0, 24, 24))
	edge := c
	edge.A = 0x60
	draw.Draw(picture, picture.Rect, image.NewUniform(edge), image.Point{}, draw.Src)
	draw.Draw(picture, picture.Rect.Inset(2), image.NewUniform(c), image.Point{}, draw.Src)
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		panic(err) // into memory: cannot fail
	}
	return file.Bytes()
}
