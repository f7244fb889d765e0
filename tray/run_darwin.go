//go:build cgo

package tray

import (
	"fyne.io/systray"

	"agents-tray/icons"
)

// clickOpens: on macOS a click on the icon opens the menu.
const clickOpens = false

// setIcon sets a template, which the system colours for its menu bar.
func setIcon(picture []byte) { systray.SetTemplateIcon(picture, picture) }

// panel is any: a template has no colour of its own.
func panel() icons.Panel { return icons.AnyPanel }

// awaitShell has nothing to wait for.
func awaitShell(<-chan struct{}) {}
