package autostart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"agents-tray/manager/disk"
)

// file is a launch agent of the user's.
func file() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, "Library", "LaunchAgents", identity+".plist")
}

// State is what the system starts at login.
func (e Entry) State() State {
	data, err := disk.Read(file())
	switch {
	case err != nil || strings.Contains(string(data), "<key>Disabled</key><true/>"):
		return Off
	case strings.Contains(string(data), "<string>"+escaped(e.Program)+"</string>"):
		return On
	}
	return Another
}

// Slow reports whether a change may take long, because the user is asked: never here.
func Slow() bool { return false }

// enable has e started at login.
func (e Entry) enable() error {
	var text bytes.Buffer
	text.WriteString(xml.Header + `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n")
	fmt.Fprintf(&text, "<plist version=\"1.0\"><dict>\n<key>Label</key><string>%s</string>\n<key>ProgramArguments</key><array>", identity)
	for _, argument := range append([]string{e.Program}, e.arguments()...) {
		fmt.Fprintf(&text, "<string>%s</string>", escaped(argument))
	}
	text.WriteString("</array>\n<key>RunAtLoad</key><true/>\n<key>ProcessType</key><string>Interactive</string>\n</dict></plist>\n")
	return disk.Replace(file(), text.Bytes())
}

// Disable has it no longer started at login.
func (e Entry) Disable() error { return removeFile(file()) }

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	return b.String()
}
