package dashboard

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/mem"

	"agents-tray/manager"
	"agents-tray/manager/control"
)

const (
	meterWindow = 5 * time.Minute  // for which samples are kept
	meterGap    = 10 * time.Second // between two samples that tell nothing of each other
)

// A meter keeps what the services and the computer used in the last minutes. It measures
// while a page is open, and not otherwise; between pages it keeps what there is.
type meter struct {
	source
	client *control.Client

	state    sync.Mutex // guards what follows
	services map[string]*track
	before   control.Usages
	computer computer
	taken    int // measurements so far
}

// A track is what one service used, oldest first.
type track struct {
	samples []sample
	starts  []time.Time // of its processes, as far as they were seen
}

// A sample is what a service used at one time.
type sample struct {
	At        time.Time
	CPU       float64 // percent of one core since the sample before; -1: not known
	Memory    uint64  // bytes
	Processes int
	Threads   int
}

// computer is what all programs of the computer use together, in percent; -1: not known.
type computer struct {
	CPU    float64 `json:"cpu"`
	Memory float64 `json:"memory"`

	times cpu.TimesStat
}

func newMeter(client *control.Client) *meter {
	m := &meter{client: client, services: map[string]*track{}}
	m.work = m.measure
	return m
}

// measure takes a sample whenever the instance tells one.
func (m *meter) measure(ctx context.Context) {
	m.forget()
	reconnect(ctx, func(received func()) error {
		return m.client.WatchUsage(ctx, func(usages control.Usages) {
			received()
			m.take(usages, measureComputer())
			m.Tell()
		})
	}, func(error) { m.forget(); m.Tell() })
}

// forget makes the next sample one that tells nothing of those before.
func (m *meter) forget() {
	m.state.Lock()
	defer m.state.Unlock()
	m.before, m.computer = nil, computer{CPU: -1, Memory: -1}
	m.taken++
}

func (m *meter) take(usages control.Usages, now computer) {
	m.state.Lock()
	defer m.state.Unlock()
	for name, usage := range usages {
		share := -1.0
		if before, ok := m.before[name]; ok {
			if passed := usage.At.Sub(before.At); passed > 0 && passed < meterGap && usage.CPU >= before.CPU { // else a process has ended
				share = 100 * float64(usage.CPU-before.CPU) / float64(passed)
			}
		}
		t := m.track(name)
		t.samples = append(t.samples, sample{usage.At, share, usage.Memory, usage.Processes, usage.Threads})
	}
	now.CPU = shareOf(m.computer.times, now.times)
	m.before, m.computer = usages, now
	m.taken++
	m.prune(time.Now().Add(-meterWindow))
}

// note takes when the processes of the services were started.
func (m *meter) note(status control.Status) {
	if m.noteStarts(status.Services) {
		m.Tell()
	}
}

// noteStarts reports whether there are new ones.
func (m *meter) noteStarts(services []manager.Service) (changed bool) {
	m.state.Lock()
	defer m.state.Unlock()
	for _, s := range services {
		if s.Started.IsZero() || time.Since(s.Started) > meterWindow {
			continue
		}
		if t := m.track(s.Name); !slices.ContainsFunc(t.starts, s.Started.Equal) {
			t.starts, changed = append(t.starts, s.Started), true
		}
	}
	return changed
}

// track is that of a service. The caller holds state.
func (m *meter) track(name string) *track {
	if m.services[name] == nil {
		m.services[name] = &track{}
	}
	return m.services[name]
}

// prune removes what is older. The caller holds state.
func (m *meter) prune(oldest time.Time) {
	for name, t := range m.services {
		t.samples = slices.DeleteFunc(t.samples, func(s sample) bool { return s.At.Before(oldest) })
		t.starts = slices.DeleteFunc(t.starts, func(at time.Time) bool { return at.Before(oldest) })
		if len(t.samples) == 0 && len(t.starts) == 0 {
			delete(m.services, name)
		}
	}
}

// usageEvent is what a page is told: all that is kept first, then each new sample.
type usageEvent struct {
	Window   float64                 `json:"window"` // ms
	Computer computer                `json:"computer"`
	Services map[string]serviceUsage `json:"services"`
}

type serviceUsage struct {
	Samples []sample `json:"samples"` // oldest first
	Starts  []int64  `json:"starts"`  // of its processes, in ms since 1970
	// Now tells that it was measured just now.
	Now       bool `json:"now"`
	Processes int  `json:"processes"`
	Threads   int  `json:"threads"`
}

// newest is the time of the newest sample, or before if there is none after it.
func (e usageEvent) newest(before time.Time) time.Time {
	for _, u := range e.Services {
		if n := len(u.Samples); n > 0 {
			if at := u.Samples[n-1].At; at.After(before) {
				before = at
			}
		}
	}
	return before
}

// usage is what was measured after since. With now, the services were measured just now.
func (m *meter) usage(since time.Time) usageEvent {
	m.state.Lock()
	defer m.state.Unlock()
	e := usageEvent{float64(meterWindow.Milliseconds()), m.computer, map[string]serviceUsage{}}
	for name, t := range m.services {
		u := serviceUsage{Samples: []sample{}, Starts: []int64{}}
		for _, s := range t.samples {
			if s.At.After(since) {
				u.Samples = append(u.Samples, s)
			}
		}
		for _, at := range t.starts {
			u.Starts = append(u.Starts, at.UnixMilli())
		}
		if _, u.Now = m.before[name]; u.Now {
			last := t.samples[len(t.samples)-1]
			u.Processes, u.Threads = last.Processes, last.Threads
		}
		e.Services[name] = u
	}
	return e
}

// MarshalJSON writes [ms since 1970, percent of one core or null, bytes].
func (s sample) MarshalJSON() ([]byte, error) {
	share := "null"
	if s.CPU >= 0 {
		share = strconv.FormatFloat(s.CPU, 'f', 2, 64)
	}
	return fmt.Appendf(nil, "[%d,%s,%d]", s.At.UnixMilli(), share, s.Memory), nil
}

// measureComputer measures what all programs use. What the system does not tell is -1.
func measureComputer() computer {
	c := computer{CPU: -1, Memory: -1}
	if times, err := cpu.Times(false); err == nil && len(times) == 1 {
		c.times = times[0]
	}
	if memory, err := mem.VirtualMemory(); err == nil {
		c.Memory = memory.UsedPercent
	}
	return c
}

// shareOf is the part of the time between two readings in which the processors worked, in
// percent.
func shareOf(before, now cpu.TimesStat) float64 {
	idle := (now.Idle + now.Iowait) - (before.Idle + before.Iowait)
	all := total(now) - total(before)
	if before == (cpu.TimesStat{}) || all <= 0 {
		return -1
	}
	return min(100, max(0, 100*(all-idle)/all))
}

func total(t cpu.TimesStat) float64 {
	return t.User + t.System + t.Idle + t.Nice + t.Iowait + t.Irq + t.Softirq + t.Steal
}
