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
			"on-any":   {64, 0x70, 0xf8},
			"template": {32, 0x00, 0x00},
		} {
			name := fmt.Sprintf("tray/%s-%s.png", s, variant)
			m := decodePNG(t, readFile(t, name))
			if got := m.Bounds().Size(); got != image.Pt(want.size, want.size) {
				t.Errorf("%s is %v, want %d pixels square", name, got, want.size)
			}
			for _, c := range colours(m) {
				if min(c.R, c.G, c.B) < want.darker || max(c.R, c.G, c.B) > want.light {
					t.Errorf("%s has strokes of %v", name, c)
					break
				}
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

// Without its dimness the stopped tray would still lack the dots.
func TestStoppedIsDimmed(t *testing.T) {
	brightest := func(s State) int {
		return slices.Max(coverage(decodePNG(t, readFile(t, "tray/"+string(s)+"-on-dark.png")), 16))
	}
	if stopped, running := brightest(Stopped), brightest(Running); stopped > running*2/3 {
		t.Errorf("stopped covers %d of 255, running %d", stopped, running)
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
	if got := decodePNG(t, App()).Bounds().Size(); got != image.Pt(128, 128) {
		t.Errorf("App is %v", got)
	}
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
