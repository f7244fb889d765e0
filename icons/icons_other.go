//go:build !windows && !darwin

package icons

import "embed"

//go:embed tray/*-on-*.png
var files embed.FS

func trayFile(s State, panel Panel) string {
	return "tray/" + string(s) + "-on-" + string(panel) + ".png"
}
