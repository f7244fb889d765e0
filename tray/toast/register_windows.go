package toast

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// A Program is what Windows is to know of who shows toasts.
type Program struct {
	ID      string // its AppUserModelID
	Name    string // for people
	Picture string // path of a PNG; empty: none
	// Scheme is that of the addresses that its toasts open, and Command what is started
	// for one, which comes after it.
	Scheme  string
	Command []string
}

// classes is where a user's programs are known.
const classes = `Software\Classes\`

// noActivator stands for the COM server that this program does without. Without one Windows
// keeps no toasts in the notification center.
const noActivator = "{6C2F1F5B-0D0B-4C3D-9A55-5D0E2C7B7E41}"

// Register makes the program known to Windows, for this user, until its uninstaller
// removes that.
func Register(p Program) error {
	for path, values := range map[string]map[string]string{
		classes + `AppUserModelId\` + p.ID:         {"DisplayName": p.Name, "IconUri": p.Picture, "CustomActivator": noActivator},
		classes + p.Scheme:                         {"": "URL:" + p.Name, "URL Protocol": ""},
		classes + p.Scheme + `\shell\open\command`: {"": windows.ComposeCommandLine(p.Command) + ` "%1"`},
	} {
		if err := set(path, values); err != nil {
			return fmt.Errorf(`make this program known in the registry, HKEY_CURRENT_USER\%s: %w`, path, err)
		}
	}
	return nil
}

// set gives a key its values.
func set(path string, values map[string]string) error {
	key, _, err := registry.CreateKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer key.Close()
	var errs []error
	for name, value := range values {
		errs = append(errs, key.SetStringValue(name, value))
	}
	return errors.Join(errs...)
}
