package main

import (
	_ "embed"
	"fmt"
	"math"
	"strings"
	"text/template"
)

// The drawing: a shallow tray that holds two dots. Every icon is this template
// with other numbers and another colour.
//
//go:embed icon.svg.tmpl
var source string

var icon = template.Must(template.New("icon").Parse(source))

// A grid places the figure on the pixels of one size, as hinting does for type:
// merely scaled, strokes would fall between pixels at 20, 22 and 24.
// From left to right the figure is stroke, gap, dot, middle, dot, gap, stroke.
type grid struct {
	size   int     // of the whole picture
	stroke float64 // of the tray
	gap    float64 // between the tray and a dot
	dot    float64 // diameter
	middle float64 // between the dots
	ring   float64 // stroke of a hollow dot
	inset  float64 // of the tile, application icon only
}

// Grids of the tray icons. The figure is as wide as the picture.
var trayGrids = []grid{
	{size: 16, stroke: 2, gap: 0.5, dot: 5, middle: 1, ring: 1.5},
	{size: 20, stroke: 2, gap: 1, dot: 6, middle: 2, ring: 2},
	{size: 22, stroke: 3, gap: 1, dot: 6, middle: 2, ring: 2},
	{size: 24, stroke: 3, gap: 1, dot: 7, middle: 2, ring: 2},
	{size: 32, stroke: 4, gap: 1, dot: 10, middle: 2, ring: 3},
	{size: 48, stroke: 6, gap: 2, dot: 14, middle: 4, ring: 4},
	{size: 64, stroke: 8, gap: 2, dot: 20, middle: 4, ring: 6},
	{size: 256, stroke: 32, gap: 8, dot: 80, middle: 16, ring: 24},
}

// Grids of the application icon. The figure is narrower than its tile.
var appGrids = []grid{
	{size: 16, stroke: 2, gap: 1, dot: 3, middle: 2},
	{size: 20, stroke: 2, gap: 1, dot: 4, middle: 2},
	{size: 22, stroke: 2, gap: 1, dot: 5, middle: 2},
	{size: 24, stroke: 2, gap: 1, dot: 5, middle: 2, inset: 1},
	{size: 32, stroke: 3, gap: 1, dot: 6, middle: 2, inset: 1},
	{size: 48, stroke: 4, gap: 2, dot: 8, middle: 4, inset: 3},
	{size: 64, stroke: 5, gap: 2, dot: 12, middle: 4, inset: 4},
	{size: 128, stroke: 10, gap: 4, dot: 24, middle: 8, inset: 8},
	{size: 256, stroke: 20, gap: 8, dot: 48, middle: 16, inset: 16},
	{size: 512, stroke: 40, gap: 16, dot: 96, middle: 32, inset: 32},
}

// drawing holds the template's numbers, in pixels from the top left corner.
type drawing struct {
	State   string
	Colour  string
	Badge   string  // its colour
	Opacity float64 // of the tray
	Size    int
	Tile    *tile // nil for the tray

	Left, Rim, Bend, FloorEnd, Corner, Stroke     float64 // the tray's centre line
	Dot1, Dot2, DotY, DotRadius, RingRadius, Ring float64
	BadgeX, BadgeTop, BadgeBase                   float64
	BadgeLeft, BadgeRight, BadgeEdge              float64
}

// tile is the rounded square behind the application icon.
type tile struct {
	Colour               string
	Inset, Width, Radius float64
}

func (g grid) width() float64  { return 2*(g.stroke+g.gap+g.dot) + g.middle }
func (g grid) height() float64 { return g.dot + g.gap + g.stroke }

// step is how many pixels a panel that shrinks the picture to 16 makes into one.
func (g grid) step() float64 { return float64(max(1, g.size/16)) }

// place works out the figure for state: its floor on a multiple of step, in the
// middle unless the badge needs the room.
func (g grid) place(state string, with ink, step float64) drawing {
	colour, opacity := with.stroke, 1.0
	if state == "stopped" {
		colour, opacity = with.stopped, with.opacity
	}
	size := float64(g.size)
	left := (size - g.width()) / 2
	bottom := math.Ceil((size+g.height())/2/step) * step
	if state == "attention" {
		bottom = size
	}
	floor := bottom - g.stroke/2
	dotY := bottom - g.stroke - g.gap - g.dot/2
	corner := 0.75 * g.stroke
	badgeHeight := math.Floor(7 * size / 16)
	edge := size / 32 // rounds the badge's corners
	return drawing{
		State: state, Colour: colour, Badge: with.badge, Opacity: opacity, Size: g.size,

		Stroke: g.stroke, Corner: corner,
		Left: left + g.stroke/2, FloorEnd: size - left - g.stroke/2 - corner,
		Rim: dotY - math.Floor(g.dot/5), Bend: floor - corner,

		Dot1: left + g.stroke + g.gap + g.dot/2, Dot2: size - left - g.stroke - g.gap - g.dot/2,
		DotY: dotY, DotRadius: g.dot / 2,
		RingRadius: (g.dot - g.ring) / 2, Ring: g.ring,

		BadgeX: 0.75 * size, BadgeTop: 2 * edge, BadgeBase: badgeHeight - edge,
		BadgeLeft: size/2 + 1.75*edge, BadgeRight: size - 1.75*edge, BadgeEdge: 2 * edge,
	}
}

// tray draws a tray icon that keeps whole pixels when a panel shrinks it to 16.
func (g grid) tray(state string, with ink) string {
	return g.place(state, with, g.step()).svg()
}

// app draws the application icon: the running figure on a tile.
func (g grid) app() string {
	d := g.place("running", ink{stroke: onAccent}, 1)
	width := float64(g.size) - 2*g.inset
	d.Tile = &tile{Colour: accent, Inset: g.inset, Width: width, Radius: math.Round(width * 0.22)}
	return d.svg()
}

func (d drawing) svg() string {
	var b strings.Builder
	if err := icon.Execute(&b, d); err != nil {
		panic(fmt.Sprintf("the icon's template: %v", err)) // only a mistake in the template itself
	}
	return b.String()
}
