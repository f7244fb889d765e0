//go:build linux

package e2e

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"

	"agents-tray/icons"
	"agents-tray/tray/traytest"
)

// A real panel draws the icon, in its own colour.
func TestOnARealPanel(t *testing.T) {
	t.Parallel()
	panel := traytest.StartPanel(t)
	u := newUser(t)
	u.Bus, u.Browser = panel.Bus, traytest.FakeBrowser(t)
	p := u.launch().ready()
	panel.WaitIcon(func(screen image.Image) bool {
		pixels := 0
		for y := range screen.Bounds().Dy() {
			for x := range screen.Bounds().Dx() {
				r, g, b, _ := screen.At(x, y).RGBA()
				if b>>8 > 0xd0 && r>>8 < 0xa0 && g>>8 < 0xa0 {
					pixels++
				}
			}
		}
		return pixels > 40 // of the tray and its two dots at 22 pixels
	})
	p.quit()
}

// A panel that comes later, or again, still gets the icon.
func TestThePanelComesLater(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	u.Panel.Close()
	p := u.launch().ready()
	for range 2 {
		u.Panel = u.Bus.StartHost(t)
		p.Item().WaitLabel(t.Context(), "Running")
		u.Panel.Close()
	}
}

// On a real panel every pixel is as it was drawn for that size, in each state, and again
// after the panel has been restarted.
func TestTheIconIsSharpOnARealPanel(t *testing.T) {
	t.Parallel()
	panel := traytest.StartPanel(t)
	u := newUser(t)
	u.Bus, u.Browser = panel.Bus, traytest.FakeBrowser(t)
	p := u.launch().ready()
	panel.WaitIcon(func(screen image.Image) bool { return shows(screen, icons.Running) })
	u.Command("do", "pause")
	panel.WaitIcon(func(screen image.Image) bool { return shows(screen, icons.Stopped) })
	panel.Restart()
	panel.WaitIcon(func(screen image.Image) bool { return shows(screen, icons.Stopped) })
	u.Command("do", "resume")
	panel.WaitIcon(func(screen image.Image) bool { return shows(screen, icons.Running) })
	p.quit()
}

// shows reports whether the icon of a state is somewhere on the screen, in one of its
// sizes, as it was drawn. Its edges are mixed with the background, and not compared.
func shows(screen image.Image, state icons.State) bool {
	for _, file := range icons.Sizes(state) {
		icon, err := png.Decode(bytes.NewReader(file))
		if err == nil && isOn(screen, icon) {
			return true
		}
	}
	return false
}

func isOn(screen, icon image.Image) bool {
	type pixel struct {
		at   image.Point
		want color.RGBA
	}
	background := color.RGBAModel.Convert(screen.At(0, screen.Bounds().Dy()-1)).(color.RGBA) // the panel's
	var drawn []pixel
	strongest := uint32(0)
	size := icon.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			if _, _, _, a := icon.At(x, y).RGBA(); a > strongest {
				strongest = a
			}
		}
	}
	for y := range size.Y {
		for x := range size.X {
			r, g, b, a := icon.At(x, y).RGBA()
			if a != strongest {
				continue // an edge
			}
			over := func(c uint32, under uint8) uint8 { return uint8((c + uint32(under)*257*(0xffff-a)/0xffff) >> 8) }
			drawn = append(drawn, pixel{image.Pt(x, y), color.RGBA{over(r, background.R), over(g, background.G), over(b, background.B), 255}})
		}
	}
	near := func(a, b uint8) bool { return max(a, b)-min(a, b) <= 3 }
	for y := range screen.Bounds().Dy() - size.Y + 1 {
		for x := range screen.Bounds().Dx() - size.X + 1 {
			if !slices.ContainsFunc(drawn, func(p pixel) bool {
				c := color.RGBAModel.Convert(screen.At(x+p.at.X, y+p.at.Y)).(color.RGBA)
				return !near(c.R, p.want.R) || !near(c.G, p.want.G) || !near(c.B, p.want.B)
			}) {
				return true
			}
		}
	}
	return false
}
