package icons

import "embed"

//go:embed tray/*-template.png
var files embed.FS

func trayFile(s State, _ bool) string {
	return "tray/" + string(s) + "-template.png"
}
