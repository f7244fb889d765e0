//go:build !windows && !darwin

package icons

import "embed"

//go:embed tray/*-on-dark.png tray/*-on-light.png
var files embed.FS

func trayFile(s State, darkPanel bool) string {
	if darkPanel {
		return "tray/" + string(s) + "-on-dark.png"
	}
	return "tray/" + string(s) + "-on-light.png"
}
