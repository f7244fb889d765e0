package instance

import "agents-tray/manager/control"

// HandOff asks the instance that is running to open the Dashboard, and returns nil. If that
// instance is ending, HandOff waits for its end and then begins one; see control.HandOff.
func HandOff(options Options) (*Instance, error) {
	var begun *Instance
	err := control.HandOff(dashboard, func() (err error) {
		begun, err = Begin(options)
		return err
	})
	return begun, err
}
