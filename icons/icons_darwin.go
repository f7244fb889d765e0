package icons

import "embed"

//go:embed tray/*-template.png
var files embed.FS

func trayFile(s State, _ Panel) string {
	return "tray/" + string(s) + "-template.png"
}
