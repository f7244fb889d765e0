package icons

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

var states = States

func TestTrayGivesEachStateAnIconOfItsOwn(t *testing.T) {
	for _, panel := range []Panel{DarkPanel, LightPanel, AnyPanel} {
		seen := map[string]State{}
		for _, s := range states {
			data := Tray(s, panel)
			if twin, ok := seen[string(data)]; ok {
				t.Errorf("%s looks like %s", s, twin)
			}
			seen[string(data)] = s
			if runtime.GOOS == "windows" {
				readICO(t, data)
			} else if drawn(decodePNG(t, data)) == 0 {
				t.Errorf("%s is empty", s)
			}
		}
	}
	if runtime.GOOS != "darwin" && bytes.Equal(Tray(Running, DarkPanel), Tray(Running, LightPanel)) {
		t.Error("dark and light panels get the same icon")
	}
}

func TestUnknownStateAsksForAttention(t *testing.T) {
	if !bytes.Equal(Tray("no such state", DarkPanel), Tray(Attention, DarkPanel)) {
		t.Error("an unknown state does not look like Attention")
	}
}

func TestTrayPicturesHaveTheirSizeAndColour(t *testing.T) {
	for _, s := range states {
		for variant, want := range map[string]struct {
			size          int
			darker, light uint8 // bounds of every channel of the strokes
		}{
			"on-dark":  {64, 0xe0, 0xff},
			"on-light": {64, 0x00, 0x30},
			"on-any":   {64, 0x6c, 0xf8},
			"template": {32, 0x00, 0x00},
		} {
			name := fmt.Sprintf("tray/%s-%s.png", s, variant)
			m := decodePNG(t, readFile(t, name))
			if got := m.Bounds().Size(); got != image.Pt(want.size, want.size) {
				t.Errorf("%s is %v, want %d pixels square", name, got, want.size)
			}
			amber := 0
			for _, c := range colours(m) {
				if int(c.R) > int(c.B)+80 {
					amber++
					continue
				}
				if min(c.R, c.G, c.B) < want.darker || max(c.R, c.G, c.B) > want.light {
					t.Errorf("%s has strokes of %v", name, c)
					break
				}
			}
			if want := s == Attention && variant != "template"; (amber > 100) != want {
				t.Errorf("%s has %d pixels of amber", name, amber)
			}
		}
	}
}

// A Linux panel scales the 64 pixels down, at worst to 16.
func TestStatesDifferInShapeAt16Pixels(t *testing.T) {
	const (
		visible = 80 // difference in coverage, of 255, that an eye sees on one pixel
		enough  = 8  // such pixels: the holes of two hollow dots
	)
	for _, variant := range []string{"on-dark.png", "on-light.png", "on-any.png", "template.png"} {
		for i, a := range states {
			for _, b := range states[i+1:] {
				coverA := coverage(decodePNG(t, readFile(t, "tray/"+string(a)+"-"+variant)), 16)
				coverB := coverage(decodePNG(t, readFile(t, "tray/"+string(b)+"-"+variant)), 16)
				pixels := 0
				for p := range coverA {
					if max(coverA[p]-coverB[p], coverB[p]-coverA[p]) >= visible {
						pixels++
					}
				}
				if pixels < enough {
					t.Errorf("%s: %s and %s differ in %d pixels only", variant, a, b, pixels)
				}
			}
		}
	}
}

// Strokes have at least 3:1 on the panels there are: those of Windows, Adwaita, Breeze and
// Xfce, and white and black.
func TestEveryStateIsSeenOnThePanelsThereAre(t *testing.T) {
	const least = 3.0
	dark := []string{"#000000", "#1c1c1c", "#2a2e32", "#303030"}
	light := []string{"#ffffff", "#f6f5f4", "#eff0f1", "#dee0e2"}
	for variant, panels := range map[string][]string{"on-dark": dark, "on-light": light, "on-any": slices.Concat(dark, light)} {
		for _, s := range states {
			name := fmt.Sprintf("tray/%s-%s.png", s, variant)
			stroke := strongest(decodePNG(t, readFile(t, name)))
			for _, panel := range panels {
				if got := contrast(over(stroke, hex(t, panel)), hex(t, panel)); got < least {
					t.Errorf("%s has a contrast of %.2f:1 on %s", name, got, panel)
				}
			}
		}
	}
}

// Without its dimness the stopped tray would still lack the dots. Where the panel is not
// known it keeps its contrast and loses its colour.
func TestStoppedIsDimmed(t *testing.T) {
	stroke := func(s State, variant string) color.NRGBA {
		return strongest(decodePNG(t, readFile(t, "tray/"+string(s)+"-"+variant+".png")))
	}
	for _, variant := range []string{"on-dark", "on-light", "template"} {
		if stopped, running := stroke(Stopped, variant).A, stroke(Running, variant).A; int(stopped) > int(running)*2/3 {
			t.Errorf("%s: stopped covers %d of 255, running %d", variant, stopped, running)
		}
	}
	colourful := func(c color.NRGBA) int { return int(max(c.R, c.G, c.B)) - int(min(c.R, c.G, c.B)) }
	if stopped, running := colourful(stroke(Stopped, "on-any")), colourful(stroke(Running, "on-any")); stopped > running/10 {
		t.Errorf("on-any: stopped is as colourful as %d, running %d", stopped, running)
	}
}

func TestICOHoldsEverySize(t *testing.T) {
	names := []string{"app/app.ico"}
	for _, s := range states {
		names = append(names, "tray/"+string(s)+"-on-dark.ico", "tray/"+string(s)+"-on-light.ico")
	}
	for _, name := range names {
		if got, want := readICO(t, readFile(t, name)), []int{16, 20, 24, 32, 48, 64, 256}; !slices.Equal(got, want) {
			t.Errorf("%s holds the sizes %v, want %v", name, got, want)
		}
	}
}

func TestApp(t *testing.T) {
	d := xml.NewDecoder(bytes.NewReader(AppSVG()))
	for {
		_, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal("AppSVG: ", err)
		}
	}
	for _, size := range []int{16, 22, 24, 32, 48, 64, 128, 256, 512} {
		m := decodePNG(t, readFile(t, fmt.Sprintf("app/%d.png", size)))
		if got := m.Bounds().Size(); got != image.Pt(size, size) {
			t.Errorf("app/%d.png is %v", size, got)
		}
		if _, _, _, corner := m.At(0, 0).RGBA(); corner > 0x8000 {
			t.Errorf("app/%d.png has a filled corner: the square is not rounded", size)
		}
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decodePNG(t *testing.T, data []byte) image.Image {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// colours lists the colours of m's opaque pixels.
func colours(m image.Image) (list []color.NRGBA) {
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			if c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA); c.A > 0x80 {
				list = append(list, c)
			}
		}
	}
	return list
}

// strongest is the colour inside m's strokes, where they cover most.
func strongest(m image.Image) color.NRGBA {
	return slices.MaxFunc(colours(m), func(a, b color.NRGBA) int { return int(a.A) - int(b.A) })
}

// over is what an eye sees of c on an opaque panel.
func over(c, panel color.NRGBA) color.NRGBA {
	mix := func(c8, p8, a uint8) uint8 { return uint8((int(c8)*int(a) + int(p8)*(255-int(a)) + 127) / 255) }
	return color.NRGBA{mix(c.R, panel.R, c.A), mix(c.G, panel.G, c.A), mix(c.B, panel.B, c.A), 0xff}
}

// contrast is the ratio of the Web Content Accessibility Guidelines 2, 1 to 21.
func contrast(a, b color.NRGBA) float64 {
	luminance := func(c color.NRGBA) float64 {
		linear := func(c8 uint8) float64 {
			if c := float64(c8) / 255; c > 0.04045 {
				return math.Pow((c+0.055)/1.055, 2.4)
			} else {
				return c / 12.92
			}
		}
		return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
	}
	one, other := luminance(a)+0.05, luminance(b)+0.05
	return max(one, other) / min(one, other)
}

func hex(t *testing.T, code string) color.NRGBA {
	t.Helper()
	c := color.NRGBA{A: 0xff}
	if _, err := fmt.Sscanf(code, "#%02x%02x%02x", &c.R, &c.G, &c.B); err != nil {
		t.Fatal(err)
	}
	return c
}

func drawn(m image.Image) int { return len(colours(m)) }

// coverage shrinks m to size pixels square, a divisor of its own size, and gives
// the opacity of each, 0 to 255.
func coverage(m image.Image, size int) []int {
	alphas := make([]int, size*size)
	side := m.Bounds().Dx() / size
	for y := range size * side {
		for x := range size * side {
			_, _, _, a := m.At(x, y).RGBA()
			alphas[y/side*size+x/side] += int(a >> 8)
		}
	}
	for i := range alphas {
		alphas[i] /= side * side
	}
	return alphas
}

// readICO gives the sizes an ICO's directory lists, after checking that each of
// its pictures lies inside the file and says the same size of itself: a PNG, or a BMP
// of 32 bits per pixel.
func readICO(t *testing.T, data []byte) (sizes []int) {
	t.Helper()
	le := binary.LittleEndian
	if !bytes.HasPrefix(data, []byte{0, 0, 1, 0}) {
		t.Fatal("not an ICO")
	}
	for i := range int(le.Uint16(data[4:])) {
		entry := data[6+16*i:]
		size := int(entry[0])
		if size == 0 {
			size = 256
		}
		sizes = append(sizes, size)
		length, offset := int(le.Uint32(entry[8:])), int(le.Uint32(entry[12:]))
		if offset+length > len(data) {
			t.Fatalf("the picture of %d pixels ends outside the file", size)
		}
		picture := data[offset : offset+length]
		if bytes.HasPrefix(picture, []byte("\x89PNG")) {
			if got := decodePNG(t, picture).Bounds().Size(); got != image.Pt(size, size) {
				t.Errorf("the picture of %d pixels is %v", size, got)
			}
			continue
		}
		width, height, depth := int(le.Uint32(picture[4:])), int(le.Uint32(picture[8:])), le.Uint16(picture[14:])
		if width != size || height != 2*size || depth != 32 { // a BMP in an ICO counts its mask in the height
			t.Errorf("the picture of %d pixels is %d by %d, %d bits", size, width, height, depth)
		}
	}
	return sizes
}
