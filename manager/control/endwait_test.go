package control

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"agents-tray/manager"
)

// An instance whose services may take long is waited for as long as it says.
func TestHowLongAnEndIsWaitedFor(t *testing.T) {
	for name, test := range map[string]struct {
		ends time.Duration // as it says from the third second on; 0: it says nothing
		want time.Duration
	}{
		"it says nothing":      {0, endTime},
		"it says that it soon": {time.Second, endTime},
		"it takes longer":      {44 * time.Second, 44*time.Second + afterEnd},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				wait := endWait{limit: began.Add(endTime)}
				asked := 0
				status := func(context.Context) (Status, error) {
					if asked++; asked < 3 || test.ends == 0 {
						return Status{}, errors.New("it does not answer")
					}
					return Status{Snapshot: manager.Snapshot{EndsBy: began.Add(test.ends)}}, nil
				}
				for !wait.over(t.Context(), status) {
					time.Sleep(time.Second)
				}
				if took := time.Since(began); took != test.want {
					t.Errorf("it was waited for %v, want %v", took, test.want)
				}
			})
		})
	}
}
