//go:build !linux && !windows

package poweroff

import "context"

// Begin hears nothing here: the system ends the program by a signal.
func Begin(context.Context, string, string) *Watch { return newWatch() }
