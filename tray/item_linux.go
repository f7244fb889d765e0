package tray

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"sync"

	"github.com/godbus/dbus/v5"

	"agents-tray/icons"
)

const (
	itemPath      = "/StatusNotifierItem"
	itemInterface = "org.kde.StatusNotifierItem"
	itemIdentity  = "agents-tray" // by which desktops remember that it is to be shown
)

// statusItem answers the panel's questions about the icon in the tray library's place.
// The library sends one size of the icon, which panels scale; it loses a title that is
// set while it starts; and it ends the program when an icon is set without a bus.
type statusItem struct {
	tapped func() // a click that did not open the menu

	mu      sync.Mutex
	conn    *dbus.Conn // nil until it is exported
	state   icons.State
	title   string
	pixmaps []pixmap
	token   string // for the next click
	theme   string // folder with the icons; empty: there is none
}

// pixmap is a picture as it goes over the bus: four bytes a pixel, alpha first.
type pixmap struct {
	Width, Height int32
	ARGB          []byte
}

// export takes the questions over on a connection that the library shows the icon on.
func (i *statusItem) export(conn *dbus.Conn) error {
	theme := themeFolder()
	i.mu.Lock()
	i.conn, i.theme = conn, theme
	i.mu.Unlock()
	err := errors.Join(
		conn.ExportMethodTable(map[string]any{"Get": i.get, "GetAll": i.getAll, "Set": i.set}, itemPath, "org.freedesktop.DBus.Properties"),
		conn.ExportMethodTable(map[string]any{"Activate": i.activate, "ProvideXdgActivationToken": i.provide}, itemPath, itemInterface),
	)
	i.emit("NewIcon", "NewTitle", "NewToolTip") // what was asked for until now was the library's
	return err
}

// show changes what the icon shows; what it shows already is not sent again.
func (i *statusItem) show(state icons.State, title string) {
	i.mu.Lock()
	var changes []string
	if state != i.state {
		i.state, i.pixmaps = state, nil
		changes = append(changes, "NewIcon")
	}
	if title != i.title {
		i.title = title
		changes = append(changes, "NewTitle", "NewToolTip")
	}
	i.mu.Unlock()
	i.emit(changes...)
}

func (i *statusItem) emit(signals ...string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.conn == nil {
		return
	}
	for _, signal := range signals {
		_ = i.conn.Emit(itemPath, itemInterface+"."+signal) // fails when the bus is gone
	}
}

// activate is what MATE's panel calls on a left click, though the item says that it is a
// menu; GNOME's does so on a double click.
func (i *statusItem) activate(_, _ int32) *dbus.Error {
	i.tapped()
	return nil
}

// provide is what Plasma calls under Wayland before a click: what the click opens may come
// to the front with this token.
func (i *statusItem) provide(token string) *dbus.Error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.token = token
	return nil
}

// takeToken returns the token for the present click; empty: the panel gave none.
func (i *statusItem) takeToken() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	token := i.token
	i.token = ""
	return token
}

func (i *statusItem) getAll(of string) (map[string]dbus.Variant, *dbus.Error) {
	if of != itemInterface {
		return map[string]dbus.Variant{}, nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	type tooltip struct {
		IconName    string
		Icon        []pixmap
		Title, Text string
	}
	if i.pixmaps == nil { // made when somebody asks: not while the program starts
		i.pixmaps = pixmapsOf(i.state)
	}
	name := ""
	if i.theme != "" && !isInTheme(i.theme, i.state) {
		i.theme = themeFolder()
	}
	if i.theme != "" {
		name = themeName(i.state)
	}
	return map[string]dbus.Variant{
		"Id":            dbus.MakeVariant(itemIdentity),
		"Category":      dbus.MakeVariant("ApplicationStatus"),
		"Status":        dbus.MakeVariant("Active"), // else a panel may hide it, or keep it in front
		"Title":         dbus.MakeVariant(i.title),
		"ToolTip":       dbus.MakeVariant(tooltip{Icon: []pixmap{}, Title: i.title}),
		"IconName":      dbus.MakeVariant(name),
		"IconThemePath": dbus.MakeVariant(i.theme),
		"IconPixmap":    dbus.MakeVariant(i.pixmaps),
		"ItemIsMenu":    dbus.MakeVariant(true),
		"Menu":          dbus.MakeVariant(dbus.ObjectPath(itemPath + "/menu")),
	}, nil
}

func (i *statusItem) get(of, name string) (dbus.Variant, *dbus.Error) {
	all, _ := i.getAll(of)
	if value, ok := all[name]; ok {
		return value, nil
	}
	return dbus.Variant{}, dbus.NewError("org.freedesktop.DBus.Error.UnknownProperty", []any{of + " has no " + name})
}

func (i *statusItem) set(of, name string, _ dbus.Variant) *dbus.Error {
	return dbus.NewError("org.freedesktop.DBus.Error.PropertyReadOnly", []any{of + "." + name + " cannot be set"})
}

// pixmapsOf are the pictures of a state, one for each size that panels use.
func pixmapsOf(state icons.State) []pixmap {
	var pixmaps []pixmap
	for _, file := range icons.Sizes(state) {
		picture, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			continue // the icons' own tests read each of them
		}
		pixmaps = append(pixmaps, pixmapOf(picture))
	}
	return pixmaps
}

func pixmapOf(picture image.Image) pixmap {
	size := picture.Bounds().Size()
	p := pixmap{Width: int32(size.X), Height: int32(size.Y)}
	for y := range size.Y {
		for x := range size.X {
			c := color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA)
			p.ARGB = append(p.ARGB, c.A, c.R, c.G, c.B)
		}
	}
	return p
}
