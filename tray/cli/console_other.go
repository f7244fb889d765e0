//go:build !windows

package cli

import "os"

const (
	// interruptStopsTray says that Ctrl-C in the terminal stops the tray that was started there.
	interruptStopsTray = true
	howToStopTray      = " Press Ctrl-C to stop"
)

// attachConsole has nothing to do where a terminal is inherited like any other file.
func attachConsole() {}

// detachConsole leaves the terminal as it is: its user decides what ends with it.
func detachConsole() {}

// takesEscapes reports whether a terminal obeys escape sequences.
func takesEscapes(*os.File) bool { return os.Getenv("TERM") != "dumb" }
