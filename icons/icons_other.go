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

// LinuxSizes are the sizes in pixels that Linux panels show, of Sizes.
var LinuxSizes = []int{16, 22, 24, 32, 48, 64}

// Sizes returns the tray's icon for s as PNGs of LinuxSizes, each drawn for its own
// pixels. Any other s looks like Attention.
func Sizes(s State) [][]byte {
	pictures := make([][]byte, len(LinuxSizes))
	for i, size := range LinuxSizes {
		pictures[i], _ = files.ReadFile(fmt.Sprintf("tray/%s-on-any-%d.png", known(s), size)) // each of them is embedded
	}
	return pictures
}
