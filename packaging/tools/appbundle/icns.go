package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
)

// icnsParts are the kinds of pictures in an .icns file that are PNGs, with the size of
// each in pixels: those for 1 pixel a point, then those for 2.
var icnsParts = []struct {
	kind string
	size int
}{
	{"icp4", 16}, {"icp5", 32}, {"ic07", 128}, {"ic08", 256}, {"ic09", 512},
	{"ic11", 32}, {"ic12", 64}, {"ic13", 256}, {"ic14", 512},
}

// icns joins the pictures in a folder, 16.png and so on, into an .icns file: a header,
// then each picture behind its kind and length.
func icns(folder string) ([]byte, error) {
	var body []byte
	for _, part := range icnsParts {
		picture, err := os.ReadFile(filepath.Join(folder, fmt.Sprintf("%d.png", part.size)))
		if err != nil {
			return nil, fmt.Errorf("the icon: %w", err)
		}
		body = append(body, icnsChunk(part.kind, picture)...)
	}
	return icnsChunk("icns", body), nil
}

func icnsChunk(kind string, data []byte) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte(kind), uint32(8+len(data)))
	return append(chunk, data...)
}
