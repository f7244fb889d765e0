// Package inspect asks the operating system about processes: who listens on a TCP port,
// and how much processor time and memory processes use.
package inspect

import (
	"context"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// Usage is what a set of processes use together.
type Usage struct {
	// CPU is the time, user and system, that the processes which live now have spent on
	// a processor since their start. It shrinks when one of them ends.
	CPU time.Duration `json:"cpu"`
	// Memory is in bytes. On Linux it is the proportional set size (PSS), in which
	// memory that several processes share counts once; elsewhere, and for processes
	// beyond pssLimit, the resident set size.
	Memory    uint64    `json:"memory"`
	Threads   int       `json:"threads"`
	Processes int       `json:"processes"`
	At        time.Time `json:"at"` // when it was measured
}

// pssLimit is the resident size, in bytes, up to which the PSS is asked for: the kernel
// walks all pages for it, which takes about 5 ms for each 100 MB. Beyond, the shared part
// is small in comparison.
const pssLimit = 256 << 20

// Measure adds up what processes use now. Each is looked at once; those that have ended
// count for nothing.
func Measure(ctx context.Context, pids []int) Usage {
	usage := Usage{At: time.Now()}
	for _, pid := range pids {
		usage.add(ctx, int32(pid))
	}
	return usage
}

// add adds a process, unless it has ended meanwhile.
func (u *Usage) add(ctx context.Context, pid int32) {
	p := &process.Process{Pid: pid} // NewProcess would look for its start, too
	times, err := p.TimesWithContext(ctx)
	if err != nil {
		return
	}
	u.Processes++
	u.CPU += time.Duration((times.User + times.System) * float64(time.Second))
	if threads, err := p.NumThreadsWithContext(ctx); err == nil {
		u.Threads += int(threads)
	}
	u.Memory += memoryOf(ctx, p)
}

// memoryOf returns the memory of a process in bytes; see Usage.
func memoryOf(ctx context.Context, p *process.Process) uint64 {
	memory, err := p.MemoryInfoWithContext(ctx)
	if err != nil {
		return 0
	}
	if memory.RSS <= pssLimit {
		if pss, ok := proportionalSize(ctx, p); ok {
			return pss
		}
	}
	return memory.RSS
}
