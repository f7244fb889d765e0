//go:build unix

package guard

import (
	"errors"
	"time"
)

// Sweep ends every process that carries mark: what a guard left behind that was
// killed itself, or one that outlived its tray. A guard among them, or a service, is
// first given the grace to finish by itself; then all are killed. Only processes
// of this user are looked at. Keepers come last: none is needed then, and one that was
// stopped would stay for good.
//
// It returns how many processes there were, and an error if any is left.
func Sweep(mark string, grace time.Duration) (int, error) {
	if mark == "" {
		return 0, errors.New("sweep: no mark")
	}
	total, err := sweep(MarkEnvironment+"="+mark, grace)
	keepers, keeperErr := sweep(keeperEnvironment+"="+mark, 0)
	return total + keepers, errors.Join(err, keeperErr)
}
