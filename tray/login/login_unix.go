//go:build unix && !darwin

package login

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"

	"agents-tray/manager/disk"
)

// file is the entry, by the Desktop Application Autostart Specification.
func file() string { return filepath.Join(xdg.ConfigHome, "autostart", identity+".desktop") }

// Enabled reports whether e's program is started at login.
func (e Entry) Enabled() bool {
	data, err := os.ReadFile(file())
	if err != nil {
		return false
	}
	command := ""
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "Hidden", "X-GNOME-Autostart-enabled": // how desktops' own settings switch it off
			if (key == "Hidden") == (value == "true") {
				return false
			}
		case "Exec":
			command = value
		}
	}
	return command == quote(e.Program) || strings.HasPrefix(command, quote(e.Program)+" ")
}

// icon is what packages install it as.
const icon = "arpa.home.agentstray"

// enable has e started at login.
func (e Entry) enable() error {
	var text bytes.Buffer
	command := quote(e.Program)
	for _, arg := range e.Args {
		command += " " + quote(arg)
	}
	fmt.Fprintf(&text, "[Desktop Entry]\nType=Application\nName=%s\nExec=%s\nIcon=%s\nTerminal=false\n", e.Name, command, icon)
	return disk.Replace(file(), text.Bytes())
}

// Disable has it no longer started at login.
func (e Entry) Disable() error { return removeFile(file()) }

// quote writes an argument as the Exec key takes it: within quotes four characters are
// escaped, then as in every string of such a file the backslash, and a percent sign
// stands for itself when doubled.
func quote(argument string) string {
	if !strings.ContainsAny(argument, " \t\n\"'\\><~|&;$*?#()`%=") && argument != "" {
		return argument
	}
	quoted := strings.NewReplacer(`\`, `\\\\`, `"`, `\\"`, "`", "\\\\`", `$`, `\\$`, `%`, `%%`, "\n", `\n`).Replace(argument)
	return `"` + quoted + `"`
}
