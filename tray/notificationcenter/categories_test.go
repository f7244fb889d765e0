package notificationcenter

import (
	"fmt"
	"testing"
)

// The same labels are one set of buttons, others are another, however they are cut, and
// only the latest are kept.
func TestCategories(t *testing.T) {
	var c categories
	if got := c.use(nil); got != "" || len(c) != 0 {
		t.Errorf("without buttons there is %q: %v", got, c)
	}
	first := c.use([]string{"Open", "Restart"})
	for _, labels := range [][]string{{"Open Restart"}, {"Open\" \"Restart"}, {"Restart", "Open"}, {"Open"}, {"Open", "Restart", ""}} {
		if c.use(labels) == first {
			t.Errorf("%q are the same as %q", labels, c[0].Labels)
		}
	}
	if c.use([]string{"Open", "Restart"}) != first || len(c) != 6 {
		t.Errorf("there are %v", c)
	}
	for i := range 2 * mostCategories {
		c.use([]string{fmt.Sprint(i)})
		c.use([]string{"Open", "Restart"})
	}
	if len(c) != mostCategories || c[mostCategories-1].Identifier != first || c[0].Labels[0] != fmt.Sprint(mostCategories+1) {
		t.Errorf("%d are kept, the oldest is %v", len(c), c[0])
	}
}
