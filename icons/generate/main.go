// Command generate draws every icon of the program, from icon.svg.tmpl, without
// help of any other program. "go generate ./icons" runs it.
//
// It writes into a folder (by default the one above its own):
//
//	svg/STATE.svg                    the tray icons, to look at, in currentColor
//	tray/STATE-on-{dark,light,any}.png   Linux: one size, which the panel scales
//	tray/STATE-on-any-SIZE.png           Linux: the sizes that panels use, each drawn for its pixels
//	tray/STATE-on-{dark,light,any}.ico   Windows: all sizes
//	tray/STATE-template.png          macOS: the system colours it
//	app/SIZE.png, app/app.ico, app/app.svg
package main

import (
	"flag"
	"log"
)

const (
	accent   = "#4b45d1" // the blue-violet of the pages, 6.8:1 under white
	onAccent = "#ffffff"
)

var states = []string{"starting", "running", "attention", "stopped"}

// Panels and the colour of the strokes on each. Where the panel's colour is not known,
// a middle tone of the accent has at least 3:1 on white and on black.
var panels = map[string]string{"dark": "#f2f2f4", "light": "#26262b", "any": "#7d79ee"}

const (
	linuxSize    = 64 // sharp at 16, 32 and 64
	templateSize = 32 // 16 points at two pixels each
	svgSize      = 16
	appSVGSize   = 64
)

var (
	linuxSizes = []int{16, 22, 24, 32, 48, 64}
	icoSizes   = []int{16, 20, 24, 32, 48, 64, 256}
	appSizes   = []int{16, 22, 24, 32, 48, 64, 128, 256, 512}
)

func main() {
	log.SetFlags(0)
	out := flag.String("out", "..", "folder to write into")
	flag.Parse()
	if err := writeAll(*out); err != nil {
		log.Fatal("generate: ", err)
	}
}
