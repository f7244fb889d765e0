package instance

import (
	"context"

	"agents-tray/manager/control"
)

// HandOff asks the instance that is running to open the Dashboard, and returns nil. If that
// instance is ending, HandOff waits for its end and then begins one; see control.HandOff.
func HandOff(ctx context.Context, options Options) (*Instance, error) {
	var begun *Instance
	err := control.HandOff(ctx, dashboard, func() (err error) {
		begun, err = Begin(ctx, options)
		return err
	})
	return begun, err
}
