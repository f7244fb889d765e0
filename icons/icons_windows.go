package icons

import "embed"

//go:embed tray/*-on-dark.ico tray/*-on-light.ico
var files embed.FS

func trayFile(s State, darkPanel bool) string {
	if darkPanel {
		return "tray/" + string(s) + "-on-dark.ico"
	}
	return "tray/" + string(s) + "-on-light.ico"
}
