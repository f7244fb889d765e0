package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"github.com/fyne-io/oksvg"
	"github.com/sergeymakinen/go-ico"
	"github.com/srwiley/rasterx"
)

// writeAll draws every icon into dir. Equal sources give equal bytes.
func writeAll(dir string) error {
	files := map[string][]byte{}
	if err := addTray(files); err != nil {
		return err
	}
	if err := addApp(files); err != nil {
		return err
	}
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func addTray(files map[string][]byte) (err error) {
	for _, state := range states {
		draw := func(with ink) func(grid) string {
			return func(g grid) string { return g.tray(state, with) }
		}
		files["svg/"+state+".svg"] = []byte(draw(pageInk)(gridOf(trayGrids, svgSize)))

		name := "tray/" + state + "-template.png"
		if files[name], err = encodePNG(draw(templateInk)(gridOf(trayGrids, templateSize))); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for panel, with := range panels {
			name := "tray/" + state + "-on-" + panel
			if files[name+".png"], err = encodePNG(draw(with)(gridOf(trayGrids, linuxSize))); err != nil {
				return fmt.Errorf("%s.png: %w", name, err)
			}
			if panel == "any" {
				for _, size := range linuxSizes {
					name, g := fmt.Sprintf("%s-%d.png", name, size), gridOf(trayGrids, size)
					step := 1.0
					if size == linuxSize {
						step = g.step() // a panel may take it for every size
					}
					if files[name], err = encodePNG(g.place(state, with, step).svg()); err != nil {
						return fmt.Errorf("%s: %w", name, err)
					}
				}
			}
			if files[name+".ico"], err = encodeICO(trayGrids, draw(with)); err != nil {
				return fmt.Errorf("%s.ico: %w", name, err)
			}
		}
	}
	return nil
}

func addApp(files map[string][]byte) (err error) {
	files["app/app.svg"] = []byte(gridOf(appGrids, appSVGSize).app())
	if files["app/app.ico"], err = encodeBitmapICO(appGrids, grid.app); err != nil {
		return fmt.Errorf("app/app.ico: %w", err)
	}
	for _, size := range appSizes {
		name := fmt.Sprintf("app/%d.png", size)
		if files[name], err = encodePNG(gridOf(appGrids, size).app()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func gridOf(grids []grid, size int) grid {
	for _, g := range grids {
		if g.size == size {
			return g
		}
	}
	panic(fmt.Sprintf("no grid of %d pixels", size))
}

// encodePNG rasterises svg at its own size.
func encodePNG(svg string) ([]byte, error) {
	m, err := rasterise(svg)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, m)
	return b.Bytes(), err
}

// encodeICO makes an ICO of PNGs, which Windows reads since Vista and which are a tenth
// of the size.
func encodeICO(grids []grid, draw func(grid) string) ([]byte, error) {
	const head, entry = 6, 16 // bytes
	directory := []byte{0, 0, 1, 0, byte(len(icoSizes)), 0}
	var pictures []byte
	for _, size := range icoSizes {
		picture, err := encodePNG(draw(gridOf(grids, size)))
		if err != nil {
			return nil, err
		}
		offset := head + entry*len(icoSizes) + len(pictures)
		directory = append(directory, byte(size), byte(size), 0, 0, 1, 0, 32, 0) // 256 is written 0
		directory = binary.LittleEndian.AppendUint32(directory, uint32(len(picture)))
		directory = binary.LittleEndian.AppendUint32(directory, uint32(offset))
		pictures = append(pictures, picture...)
	}
	return append(directory, pictures...), nil
}

// encodeBitmapICO makes an ICO of bitmaps, but for 256 pixels: the form that setups need.
func encodeBitmapICO(grids []grid, draw func(grid) string) ([]byte, error) {
	var images []image.Image
	for _, size := range icoSizes {
		m, err := rasterise(draw(gridOf(grids, size)))
		if err != nil {
			return nil, err
		}
		images = append(images, m)
	}
	var b bytes.Buffer
	err := ico.EncodeAll(&b, images)
	return b.Bytes(), err
}

// rasterise draws svg pixel for unit: oksvg scales shapes but not the width of
// strokes, so a drawing must come at the size it is wanted in.
func rasterise(svg string) (*image.RGBA, error) {
	drawing, err := oksvg.ReadIconStream(strings.NewReader(svg), oksvg.StrictErrorMode)
	if err != nil {
		return nil, err
	}
	w, h := int(drawing.ViewBox.W), int(drawing.ViewBox.H)
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	drawing.Draw(rasterx.NewDasher(w, h, rasterx.NewScannerGV(w, h, m, m.Bounds())), 1)
	return m, nil
}
