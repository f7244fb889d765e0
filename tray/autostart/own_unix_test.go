//go:build unix

package autostart

import (
	"testing"

	"github.com/adrg/xdg"
)

// own gives the test folders of its own.
func own(t *testing.T) {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	xdg.Reload()
}
