// Package icons holds the pictures of the program: the tray's, one for each
// state, and the application's.
//
// The program in the folder generate draws the files. They are committed, so
// that a build needs nothing but Go, and only those that the target system uses
// are embedded.
package icons

import _ "embed"

//go:generate go run -C generate .

// State is what the tray's icon tells. The states differ in shape, so that they
// can be told apart without colour.
type State string

const (
	Starting  State = "starting"  // hollow dots
	Running   State = "running"   // filled dots
	Attention State = "attention" // filled dots and a triangle, amber where panels show colours
	Stopped   State = "stopped"   // the tray alone, dimmed or grey
)

// States are all of them.
var States = []State{Starting, Running, Attention, Stopped}

// Panel is the background that the tray's icon stands on.
type Panel string

const (
	DarkPanel  Panel = "dark"  // light strokes
	LightPanel Panel = "light" // dark strokes
	AnyPanel   Panel = "any"   // strokes that can be seen on both, for where it is not known
)

// Tray returns the tray's icon for s in the format that the system's tray takes:
// a PNG of 64 pixels on Linux, an ICO of 16 to 256 pixels on Windows, and on
// macOS a template PNG of 32 pixels, which the system colours. macOS ignores the
// panel. Any other s looks like Attention, any other panel is AnyPanel.
func Tray(s State, panel Panel) []byte {
	switch panel {
	case DarkPanel, LightPanel:
	default:
		panel = AnyPanel
	}
	data, _ := files.ReadFile(trayFile(known(s), panel)) // each of them is embedded
	return data
}

// known returns a state that there is an icon for.
func known(s State) State {
	switch s {
	case Starting, Running, Stopped:
		return s
	}
	return Attention
}

// AppSVG returns the application's icon as an SVG, for pages. The caller must
// not change it.
func AppSVG() []byte { return appSVG }

//go:embed app/app.svg
var appSVG []byte
