package manager

import (
	"context"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// Usage is what the processes of a service use, all that descend from its own included.
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

const (
	// pssLimit is the resident size, in bytes, up to which the PSS is asked for: the
	// kernel walks all pages for it, which takes about 5 ms for each 100 MB. Beyond,
	// what is shared matters little.
	pssLimit = 256 << 20
	// lookTime is what the guard gets to tell which processes belong to a service.
	lookTime = 2 * time.Second
)

// Usage measures what a service uses now; nothing, if it does not run. Each call looks
// at every process of it once, and nothing is looked at between calls.
func (m *Manager) Usage(ctx context.Context, name string) (Usage, error) {
	var run uint64
	var live bool
	err := m.ask(func() error {
		s := m.byName[name]
		if s == nil {
			return ErrUnknownService(name)
		}
		run, live = s.run, s.pid != 0
		return nil
	})
	if err != nil || !live {
		return Usage{At: time.Now()}, err
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	members, err := m.members(ctx, name, run)
	usage := Usage{At: time.Now()}
	for _, pid := range members.PIDs {
		usage.add(ctx, int32(pid))
	}
	return usage, err
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
