package guard

import (
	"os"
	"time"

	"agents-tray/manager/guard/proctree"
)

// outOfMemory tells which processes the system has ended for lack of memory. The kernel's
// log names them. Where it may not be read, a kill in the process's own control group is
// the proof; that the system has ended some process is none.
type outOfMemory struct {
	began  time.Time
	system int // kills of the whole system when it began
	tray   int // its process id
	own    string
	groups map[string]int // kills that were seen, by control group
	log    func(pid int, since time.Time) (killed, known bool)
}

// begin notes how matters stand, once.
func (m *outOfMemory) begin() {
	if !m.began.IsZero() {
		return
	}
	m.began, m.system, m.tray, m.log = time.Now(), proctree.OOMKills(), os.Getppid(), proctree.KilledForMemory
	m.own = proctree.MemoryGroup(os.Getpid())
	m.groups = map[string]int{m.own: proctree.GroupOOMKills(m.own)}
}

// killed reports whether the system has ended a process, which was killed just now, for lack
// of memory. Without a control group it has that of the guard.
func (m *outOfMemory) killed(pid int, group string) bool {
	if m.began.IsZero() || proctree.OOMKills() <= m.system {
		return false
	}
	if killed, known := m.log(pid, m.began); known {
		return killed
	}
	if group == "" {
		group = m.own
	}
	before := m.groups[group]
	m.groups[group] = proctree.GroupOOMKills(group)
	return m.groups[group] > before
}

// trayKilled is killed for the tray, which has the guard's control group.
func (m *outOfMemory) trayKilled() bool { return m.killed(m.tray, m.own) }
