//go:build !windows && !darwin

package icons

import (
	"embed"
	"fmt"
)

//go:embed tray/*-on-*.png
var files embed.FS

func trayFile(s State, panel Panel) string {
	return "tray/" + string(s) + "-on-" + string(panel) + ".png"
}

// Sizes returns the tray's icon for s as PNGs of 16 to 64 pixels, the sizes that Linux
// panels show, each drawn for its own pixels. Any other s looks like Attention.
func Sizes(s State) [][]byte {
	var pictures [][]byte
	for _, size := range []int{16, 22, 24, 32, 48} {
		name := fmt.Sprintf("tray/%s-on-any-%d.png", known(s), size)
		data, _ := files.ReadFile(name) // each of them is embedded
		pictures = append(pictures, data)
	}
	return append(pictures, Tray(s, AnyPanel))
}
