//go:build darwin && !cgo

package tray

// Tray stands in for the icon where the program was built without cgo, which macOS's
// own menus need: such a build checks the rest and works in the terminal.
type Tray struct{ quit chan struct{} }

// New makes a tray that shows nothing.
func New(*Desktop, Model, func()) *Tray { return &Tray{make(chan struct{})} }

// Show has nowhere to show anything.
func (t *Tray) Show(App) {}

// Run waits for Quit.
func (t *Tray) Run() { <-t.quit }

// Quit ends Run.
func (t *Tray) Quit() { close(t.quit) }
