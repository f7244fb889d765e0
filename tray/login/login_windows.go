package login

import (
	"errors"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

const (
	runKey = `Software\Microsoft\Windows\CurrentVersion\Run`
	// approvedKey is where the Task Manager and the settings keep what was switched off
	// there: the first byte is odd then.
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

// Enabled reports whether e's program is started at login.
func (e Entry) Enabled() bool {
	command, err := read(runKey, func(key registry.Key) (string, error) { text, _, err := key.GetStringValue(identity); return text, err })
	program := windows.EscapeArg(e.Program)
	if err != nil || command != program && !strings.HasPrefix(command, program+" ") {
		return false
	}
	approved, err := read(approvedKey, func(key registry.Key) (string, error) {
		data, _, err := key.GetBinaryValue(identity)
		return string(data), err
	})
	return err != nil || approved == "" || approved[0]&1 == 0
}

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
	key, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer key.Close()
	if err := key.SetStringValue(identity, windows.ComposeCommandLine(append([]string{e.Program}, e.Args...))); err != nil {
		return err
	}
	return forget(approvedKey)
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
