//go:build linux

package traytest

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	_ "image/png" // icons are PNG files
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// Item is a tray icon with its menu, as a panel sees them.
type Item struct {
	host    *Host
	owner   string // its program's unique name on the bus
	path    dbus.ObjectPath
	changes changes // of anything about it

	// guarded by host.mu
	pid   int
	times []time.Time
	gone  bool
}

// Properties are what a panel shows of an item.
type Properties struct {
	ID         string
	Title      string
	Status     string // Active, Passive or NeedsAttention
	ToolTip    string // its title and its text, on two lines if it has both
	Icon       *image.NRGBA
	ItemIsMenu bool // a left click opens the menu too
}

// Registrations returns when the item was registered, each time.
func (i *Item) Registrations() []time.Time {
	i.host.mu.Lock()
	defer i.host.mu.Unlock()
	return slices.Clone(i.times)
}

// Properties reads the properties.
func (i *Item) Properties() Properties {
	i.host.t.Helper()
	return i.WaitProperties(context.Background(), func(Properties) bool { return true })
}

// WaitProperties returns the properties when they are as wanted.
func (i *Item) WaitProperties(ctx context.Context, wanted func(Properties) bool) Properties {
	i.host.t.Helper()
	var last Properties
	err := i.changes.await(ctx, func(ctx context.Context) (bool, error) {
		now, err := i.read(ctx)
		if err != nil {
			return false, err
		}
		last = now
		return wanted(now), nil
	})
	if err != nil {
		i.host.t.Fatalf("wait for the tray icon: %v; it has title %q, tooltip %q, status %q", err, last.Title, last.ToolTip, last.Status)
	}
	return last
}

// WaitGone returns when the item's program has left the bus, or the bus is gone.
func (i *Item) WaitGone(ctx context.Context) {
	i.host.t.Helper()
	err := i.changes.await(ctx, func(context.Context) (bool, error) {
		i.host.mu.Lock()
		defer i.host.mu.Unlock()
		return i.gone, nil
	})
	if err != nil {
		i.host.t.Fatalf("wait for the tray icon to go: %v", err)
	}
}

// ProvideToken gives the icon the permission to come to the front, as Plasma does before a click.
func (i *Item) ProvideToken(token string) error {
	return i.call(context.Background(), i.path, itemInterface+".ProvideXdgActivationToken", token).Err
}

// Activate clicks on the icon itself with the left button. Programs whose ItemIsMenu
// is set refuse it, and a panel opens the menu instead.
func (i *Item) Activate() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return i.call(ctx, i.path, itemInterface+".Activate", int32(0), int32(0)).Err
}

// Shows reports whether the icon is the picture in this file. Only its opaque pixels
// are compared: systray mangles the colour of those that are partly transparent.
func (p Properties) Shows(file []byte) bool {
	picture, _, err := image.Decode(bytes.NewReader(file))
	if err != nil || p.Icon == nil || picture.Bounds().Size() != p.Icon.Rect.Size() {
		return false
	}
	corner := picture.Bounds().Min
	for y := range p.Icon.Rect.Dy() {
		for x := range p.Icon.Rect.Dx() {
			want := color.NRGBAModel.Convert(picture.At(corner.X+x, corner.Y+y)).(color.NRGBA)
			got := p.Icon.NRGBAAt(x, y)
			if got.A != want.A || want.A == 0xff && got != want {
				return false
			}
		}
	}
	return true
}

func (i *Item) read(ctx context.Context) (Properties, error) {
	var all map[string]dbus.Variant
	err := i.call(ctx, i.path, "org.freedesktop.DBus.Properties.GetAll", itemInterface).Store(&all)
	if err != nil {
		return Properties{}, err
	}
	toolTip := property[struct {
		IconName    string
		Icon        []pixmap
		Title, Text string
	}](all, "ToolTip")
	return Properties{
		ID:         property[string](all, "Id"),
		Title:      property[string](all, "Title"),
		Status:     property[string](all, "Status"),
		ToolTip:    strings.TrimSpace(toolTip.Title + "\n" + toolTip.Text),
		Icon:       largest(property[[]pixmap](all, "IconPixmap")),
		ItemIsMenu: property[bool](all, "ItemIsMenu"),
	}, nil
}

// property returns a property, or the zero value if it is missing or of another type.
func property[T any](all map[string]dbus.Variant, name string) (value T) {
	if v, ok := all[name]; ok {
		_ = v.Store(&value)
	}
	return value
}

// pixmap is a picture on the bus: four bytes a pixel, alpha first.
type pixmap struct {
	Width, Height int32
	ARGB          []byte
}

// largest returns the largest of the pictures that are well-formed, or nil.
func largest(pixmaps []pixmap) *image.NRGBA {
	var best *image.NRGBA
	for _, p := range pixmaps {
		picture := image.NewNRGBA(image.Rect(0, 0, int(p.Width), int(p.Height)))
		if len(p.ARGB) == 0 || len(p.ARGB) != len(picture.Pix) || best != nil && len(best.Pix) >= len(picture.Pix) {
			continue
		}
		for i := 0; i < len(p.ARGB); i += 4 {
			a, r, g, b := p.ARGB[i], p.ARGB[i+1], p.ARGB[i+2], p.ARGB[i+3]
			copy(picture.Pix[i:], []byte{r, g, b, a})
		}
		best = picture
	}
	return best
}

func (i *Item) call(ctx context.Context, path dbus.ObjectPath, method string, args ...any) *dbus.Call {
	call := i.host.conn.Object(i.owner, path).CallWithContext(ctx, method, 0, args...)
	if left(call.Err) {
		call.Err = errLeft
	}
	return call
}

var errLeft = errors.New("its program has left the bus")

// left reports whether a call failed because the called program is gone.
func left(err error) bool {
	var e dbus.Error
	return errors.As(err, &e) && slices.Contains([]string{
		"org.freedesktop.DBus.Error.NoReply",        // it left during the call
		"org.freedesktop.DBus.Error.ServiceUnknown", // and before the call
		"org.freedesktop.DBus.Error.NameHasNoOwner",
	}, e.Name)
}
