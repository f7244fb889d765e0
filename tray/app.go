package tray

// Name is the program's name for people.
const Name = "Configurable Agents"

// App is what the tray shows and tells of clicks.
type App interface {
	// Model returns the present state. It must not block.
	Model() Model
	// Changes returns a channel that gets a value after each change of Model, and the
	// call that ends it.
	Changes() (changed <-chan struct{}, stop func())
	// Do carries out what a click asks for. It must not block.
	Do(Intent)
}
