package manager

import (
	"net/netip"
	"time"

	"agents-tray/manager/inspect"
)

// LocalhostTaken says that another program listens at the port of a built-in service on the
// other loopback address, so that "localhost" may be that program.
type LocalhostTaken struct {
	Service string
	Title   string // of the service
	URL     string // which is the service for sure
	Address string // that By has
	By      Process
	At      time.Time
}

func (LocalhostTaken) event() {}

// localhostTaken tells of such a program, once for each.
func (s *service) localhostTaken(address string) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return // not reached: the guard has bound its like
	}
	e := LocalhostTaken{Service: s.spec.Name, Title: s.spec.Title, URL: s.spec.URL, Address: address, At: time.Now()}
	go func() { // ends by itself
		found := inspect.PortHolder(at)
		e.By = Process{Name: found.Name, PID: found.PID, User: found.User, Platform: IsPlatform(found.PID)}
		s.m.post(func() {
			if e.By != s.taken || e.By == (Process{}) {
				s.taken = e.By
				s.m.emit(e)
			}
		})
	}()
}
