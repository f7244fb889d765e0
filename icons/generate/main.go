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

// An ink is what the strokes are drawn with.
type ink struct {
	stroke  string
	badge   string  // of the triangle: amber, where colours are shown
	stopped string  // the stroke where everything is stopped
	opacity float64 // of stopped
}

// Panels and the ink on each. All have at least 3:1, stopped too. Where the panel's colour
// is not known, a middle tone of the accent is seen on all; to dim it would take that away,
// so stopped it loses its colour.
var panels = map[string]ink{
	"dark":  {stroke: "#f2f2f4", badge: "#ffb300", stopped: "#f2f2f4", opacity: 0.55},
	"light": {stroke: "#26262b", badge: "#b36b00", stopped: "#26262b", opacity: 0.55},
	"any":   {stroke: "#7470e8", badge: "#b36b00", stopped: "#7c7c84", opacity: 1},
}

// coloured elsewhere: by the page that shows it, and by macOS.
var (
	pageInk     = ink{stroke: "currentColor", badge: "currentColor", stopped: "currentColor", opacity: 0.55}
	templateInk = ink{stroke: "#000000", badge: "#000000", stopped: "#000000", opacity: 0.55}
)

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
