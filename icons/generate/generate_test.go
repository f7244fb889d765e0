package main

import (
	"bytes"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sergeymakinen/go-ico"
)

func TestSameBytesEachTime(t *testing.T) {
	first, second := drawAll(t), drawAll(t)
	if len(first) == 0 || len(first) != len(second) {
		t.Fatalf("%d files, then %d", len(first), len(second))
	}
	for name, data := range first {
		if !bytes.Equal(data, second[name]) {
			t.Errorf("%s differs from one run to the next", name)
		}
	}
}

// Pictures are compared by pixel: another Go release may compress, and another
// processor round, a little differently.
func TestCommittedFilesAreUpToDate(t *testing.T) {
	for name, want := range drawAll(t) {
		got, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(name)))
		if err != nil {
			t.Error(err)
			continue
		}
		if !same(t, name, got, want) {
			t.Errorf("%s is out of date: run go generate ./icons", name)
		}
	}
}

func TestTrayStrokesLieOnWholePixels(t *testing.T) {
	for _, g := range trayGrids {
		if float64(g.size) != g.width() {
			t.Errorf("%d: the figure is %g pixels wide", g.size, g.width())
		}
		thinnest := 2.0
		if g.size == 16 {
			thinnest = 1.5
		}
		if g.stroke < thinnest || g.ring < thinnest {
			t.Errorf("%d: strokes of %g and %g pixels", g.size, g.stroke, g.ring)
		}
		for _, state := range states {
			d := g.place(state, templateInk, g.step())
			for what, edge := range map[string]float64{
				"outer": d.Left - d.Stroke/2, "inner": d.Left + d.Stroke/2,
				"upper": d.Bend + d.Corner - d.Stroke/2, "lower": d.Bend + d.Corner + d.Stroke/2,
			} {
				if edge != float64(int(edge)) {
					t.Errorf("%d: the tray's %s edge is at %g", g.size, what, edge)
				}
			}
		}
	}
}

func TestStatesDifferInShapeAtEverySize(t *testing.T) {
	const (
		visible = 80 // difference in opacity, of 255, that an eye sees on one pixel
		enough  = 8  // such pixels: the holes of two hollow dots
	)
	for _, g := range trayGrids {
		drawn := map[string]*image.RGBA{}
		for _, state := range states {
			m, err := rasterise(g.tray(state, templateInk))
			if err != nil {
				t.Fatal(err)
			}
			for other, twin := range drawn {
				pixels := 0
				for i := 3; i < len(m.Pix); i += 4 {
					if max(m.Pix[i], twin.Pix[i])-min(m.Pix[i], twin.Pix[i]) >= visible {
						pixels++
					}
				}
				t.Logf("%d: %s and %s differ in %d pixels", g.size, other, state, pixels)
				if pixels < enough {
					t.Errorf("%d: %s and %s differ in %d pixels only", g.size, other, state, pixels)
				}
			}
			drawn[state] = m
		}
	}
}

func drawAll(t *testing.T) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	if err := writeAll(dir); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files[name], err = fs.ReadFile(root, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func same(t *testing.T, name string, a, b []byte) bool {
	t.Helper()
	decode := func(data []byte) (all []image.Image) {
		var err error
		if strings.HasSuffix(name, ".ico") {
			all, err = ico.DecodeAll(bytes.NewReader(data))
		} else {
			all = make([]image.Image, 1)
			all[0], err = png.Decode(bytes.NewReader(data))
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return all
	}
	if strings.HasSuffix(name, ".svg") {
		return bytes.Equal(a, b)
	}
	first, second := decode(a), decode(b)
	if len(first) != len(second) {
		return false
	}
	for i := range first {
		if !alike(first[i], second[i]) {
			return false
		}
	}
	return true
}

// alike tells whether two pictures differ by no more than rounding.
func alike(a, b image.Image) bool {
	const rounding = 3 << 8
	if a == nil || b == nil || a.Bounds() != b.Bounds() {
		return false
	}
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r1, g1, b1, a1 := a.At(x, y).RGBA()
			r2, g2, b2, a2 := b.At(x, y).RGBA()
			for _, pair := range [][2]uint32{{r1, r2}, {g1, g2}, {b1, b2}, {a1, a2}} {
				if max(pair[0], pair[1])-min(pair[0], pair[1]) > rounding {
					return false
				}
			}
		}
	}
	return true
}
