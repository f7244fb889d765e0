package instance

import (
	"context"

	"agents-tray/manager/control"
)

// HandOff asks the instance that is running to open the Dashboard, and returns nil and what
// came of it. If that instance is ending, HandOff waits for its end and then calls begin; see control.HandOff.
func HandOff(ctx context.Context, request control.OpenRequest, begin func() (*Instance, error)) (*Instance, control.Opening, error) {
	var begun *Instance
	opening, err := control.HandOff(ctx, dashboard, request, func() (err error) {
		begun, err = begin()
		return err
	})
	return begun, opening, err
}
