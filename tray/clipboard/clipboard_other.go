//go:build !linux

package clipboard

import (
	"fmt"

	"github.com/atotto/clipboard"
)

// Copy puts text on the clipboard. The error wraps ErrNone where there is none.
func Copy(text string) error {
	if err := clipboard.WriteAll(text); err != nil {
		return fmt.Errorf("%w: %w", ErrNone, err)
	}
	return nil
}
