package inspect

import (
	"context"

	"github.com/shirou/gopsutil/v4/process"
)

// proportionalSize returns the PSS of a process in bytes, from /proc/PID/smaps_rollup,
// which is for its owner to read (Linux 4.14).
func proportionalSize(ctx context.Context, p *process.Process) (size uint64, ok bool) {
	total, err := p.MemoryMapsWithContext(ctx, true)
	if err != nil || len(*total) != 1 || (*total)[0].Pss == 0 {
		return 0, false
	}
	return (*total)[0].Pss << 10, true
}
