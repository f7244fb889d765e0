//go:build unix && !darwin

package autostart

import (
	"bytes"
	"fmt"
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
	data, err := disk.Read(file())
	if err != nil {
		return Off
	}
	command := ""
	for line := range strings.Lines(string(data)) {
		if command != "" && strings.HasPrefix(line, "[") {
			break // what follows is of an action
		}
		key, value, _ := strings.Cut(line, "=")
		value = strings.TrimSpace(value)
		switch key = strings.TrimSpace(key); key {
		case "Hidden", "X-GNOME-Autostart-enabled", "X-MATE-Autostart-enabled": // how desktops' own settings switch it off
			if (key == "Hidden") == (value == "true" || value == "1") {
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

// program is what an Exec key, as enable has written it, starts.
func program(command string) string {
	word, rest := firstWord(command)
	if filepath.Base(word) != wrapper {
		return word
	}
	for { // somebody may have it set variables, too
		if word, rest = firstWord(rest); filepath.IsAbs(word) || !strings.Contains(word, "=") {
			return word
		}
	}
}

// firstWord splits the first word off an Exec key, as quote has written it.
func firstWord(command string) (word, rest string) {
	text, quoted := strings.CutPrefix(command, `"`)
	if !quoted {
		word, rest, _ = strings.Cut(command, " ")
		return word, strings.TrimLeft(rest, " ")
	}
	end := 0
	for end < len(text) && text[end] != '"' {
		if strings.HasPrefix(text[end:], `\\"`) { // one that belongs to the word
			end += 3
		} else if strings.HasPrefix(text[end:], `\\\\`) {
			end += 4
		} else {
			end++
		}
	}
	rest = strings.TrimLeft(text[min(end+1, len(text)):], " ")
	return strings.NewReplacer(`\\\\`, `\`, `\\"`, `"`, "\\\\`", "`", `\\$`, `$`, `%%`, `%`, `\n`, "\n", `\t`, "\t", `\r`, "\r").Replace(text[:end]), rest
}

// icon is what packages install it as.
const icon = "arpa.home.agentstray"

// wrapper starts a program whose path has a percent sign. GLib and systemd look whether the program
// is there before they take the second of two off, so they would not start it themselves.
const wrapper = "env"

// enable has e started at login.
func (e Entry) enable() error {
	if inSandbox() {
		if err := askPortal(true, append([]string{identity}, e.arguments()...)); err != nil {
			return err
		}
	}
	var text bytes.Buffer
	command := quote(e.Program)
	if strings.Contains(e.Program, "%") {
		command = wrapper + " " + command
	}
	for _, arg := range e.arguments() {
		command += " " + quote(arg)
	}
	fmt.Fprintf(&text, "[Desktop Entry]\nType=Application\nName=%s\nExec=%s\nTryExec=%s\nIcon=%s\nTerminal=false\n",
		e.Name, command, strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(e.Program), icon)
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
	if !strings.ContainsAny(argument, " \t\r\n\"'\\><~|&;$*?#()`%=") && argument != "" {
		return argument
	}
	quoted := strings.NewReplacer(`\`, `\\\\`, `"`, `\\"`, "`", "\\\\`", `$`, `\\$`, `%`, `%%`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(argument)
	return `"` + quoted + `"`
}
