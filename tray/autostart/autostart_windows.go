package autostart

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

const (
	runKey = `Software\Microsoft\Windows\CurrentVersion\Run`
	// approvedKey is where the Task Manager and the settings keep what was switched off
	// there: the first byte is odd then.
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

// maxCommand is the longest command that Windows starts from the Run key, in UTF-16 units.
const maxCommand = 260

// State is what the system starts at login.
func (e Entry) State() State {
	command, err := read(runKey, func(key registry.Key) (string, error) { text, _, err := key.GetStringValue(identity); return text, err })
	words, unread := windows.DecomposeCommandLine(command)
	if err != nil || unread != nil || len(words) == 0 {
		return Off
	}
	approved, err := read(approvedKey, func(key registry.Key) (string, error) {
		data, _, err := key.GetBinaryValue(identity)
		return string(data), err
	})
	if err == nil && approved != "" && approved[0]&1 != 0 {
		return Off
	}
	if strings.EqualFold(words[0], e.Program) {
		return On
	}
	return e.starts(words[0])
}

// Slow reports whether a change may take long, because the user is asked: never here.
func Slow() bool { return false }

func read(path string, value func(registry.Key) (string, error)) (string, error) {
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.QUERY_VALUE)
	if err != nil {
		return "", err
	}
	defer key.Close()
	return value(key)
}

// enable has e started at login.
func (e Entry) enable() error {
	command := e.command()
	if n := len(utf16.Encode([]rune(command))); n > maxCommand {
		return fmt.Errorf("%w (%d characters, at most %d)", ErrTooLong, n, maxCommand)
	}
	key, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer key.Close()
	if err := key.SetStringValue(identity, command); err != nil {
		return err
	}
	return forget(approvedKey)
}

// command is the program in quotes, as the setup writes it, and its arguments.
func (e Entry) command() string {
	return `"` + e.Program + `" ` + windows.ComposeCommandLine(e.arguments())
}

// Disable has it no longer started at login.
func (e Entry) Disable() error { return errors.Join(forget(runKey), forget(approvedKey)) }

// forget removes the program's value from a key; both may be missing.
func forget(path string) error {
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if err == nil {
		defer key.Close()
		err = key.DeleteValue(identity)
	}
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	return err
}
