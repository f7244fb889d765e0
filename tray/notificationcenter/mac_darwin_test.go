//go:build cgo

package notificationcenter

import (
	"errors"
	"testing"
)

// A program outside of a bundle, as this test is, hears that it can show nothing; the real
// center would throw.
func TestOutsideOfABundle(t *testing.T) {
	m := new(Mac)
	m.Open(func(string, int) {})
	if err := m.Permit(t.Context()); !errors.Is(err, errNoBundle) {
		t.Error(err)
	}
	if err := m.Show(t.Context(), Message{Place: "p", Token: "t", Title: "Title"}); !errors.Is(err, errNoBundle) {
		t.Error(err)
	}
	m.Withdraw("p")
}
