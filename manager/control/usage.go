package control

import (
	"context"
	"time"
)

// usagePeriod is the time between two measurements while somebody looks.
const usagePeriod = 2 * time.Second

// watchUsage tells what the services that run use, at once and then each period, until
// ctx ends or tell fails. It is the only periodic work there is, and lasts no longer.
func watchUsage(ctx context.Context, i Instance, tell func(Usages) error) error {
	period := time.NewTicker(usagePeriod)
	defer period.Stop()
	for {
		usages := Usages{}
		for _, service := range i.Status().Services {
			if service.PID == 0 {
				continue
			}
			if usage, err := i.Usage(ctx, service.Name); err == nil && usage.Processes > 0 { // else it has just ended
				usages[service.Name] = usage
			}
		}
		if err := tell(usages); err != nil {
			return err
		}
		select {
		case <-period.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
