//go:build unix && !darwin

package autostart

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

// State is what the system starts at login. In a sandbox the file is the program's own copy
// of what it has asked for: see askPortal.
func (e Entry) State() State {
	data, err := os.ReadFile(file())
	if err != nil {
		return Off
	}
	command := ""
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "Hidden", "X-GNOME-Autostart-enabled": // how desktops' own settings switch it off
			if (key == "Hidden") == (value == "true") {
				return Off
			}
		case "Exec":
			command = value
		}
	}
	if command == "" {
		return Off
	}
	return e.starts(program(command))
}

// program is the first word of an Exec key, as quote has written it.
func program(command string) string {
	rest, quoted := strings.CutPrefix(command, `"`)
	if !quoted {
		word, _, _ := strings.Cut(command, " ")
		return word
	}
	end := 0
	for end < len(rest) && rest[end] != '"' {
		if strings.HasPrefix(rest[end:], `\\"`) { // one that belongs to the word
			end += 3
		} else if strings.HasPrefix(rest[end:], `\\\\`) {
			end += 4
		} else {
			end++
		}
	}
	return strings.NewReplacer(`\\\\`, `\`, `\\"`, `"`, "\\\\`", "`", `\\$`, `$`, `%%`, `%`, `\n`, "\n").Replace(rest[:min(end, len(rest))])
}

// icon is what packages install it as.
const icon = "arpa.home.agentstray"

// enable has e started at login.
func (e Entry) enable() error {
	if inSandbox() {
		if err := askPortal(true, append([]string{identity}, e.arguments()...)); err != nil {
			return err
		}
	}
	var text bytes.Buffer
	command := quote(e.Program)
	for _, arg := range e.arguments() {
		command += " " + quote(arg)
	}
	fmt.Fprintf(&text, "[Desktop Entry]\nType=Application\nName=%s\nExec=%s\nTryExec=%s\nIcon=%s\nTerminal=false\n",
		e.Name, command, strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(e.Program), icon)
	return disk.Replace(file(), text.Bytes())
}

// Disable has it no longer started at login.
func (e Entry) Disable() error {
	if inSandbox() {
		if err := askPortal(false, nil); err != nil {
			return err
		}
	}
	return removeFile(file())
}

// Slow reports whether a change may take long, because the user is asked.
func Slow() bool { return inSandbox() }

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
