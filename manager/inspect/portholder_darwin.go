package inspect

import (
	"context"
	"fmt"
	"net/netip"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// lsofTimeout bounds lsof, which may hang on a network drive.
const lsofTimeout = 3 * time.Second

// PortHolder returns who listens on a TCP port, at whatever address. The system's own lsof is
// the only way to ask without cgo.
func PortHolder(at netip.AddrPort) Holder {
	ctx, cancel := context.WithTimeout(context.Background(), lsofTimeout)
	defer cancel()
	family := ""
	if at.Addr().Is6() && !at.Addr().IsUnspecified() {
		family = "6" // no other gets connections to it
	}
	out, err := exec.CommandContext(ctx, "/usr/sbin/lsof", "-nP", fmt.Sprintf("-i%sTCP:%d", family, at.Port()), "-sTCP:LISTEN", "-Fpc").Output()
	if err != nil {
		return Holder{}
	}
	pid := 0
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "p"):
			pid, _ = strconv.Atoi(line[1:]) // 0 says that it cannot be told
		case strings.HasPrefix(line, "c"):
			return Holder{Name: printable(line[1:]), PID: pid}
		}
	}
	return Holder{}
}

// Listening returns nothing here: at which addresses processes listen is not looked up.
func Listening([]int) []netip.AddrPort { return nil }

// DescendsFrom is not known here.
func DescendsFrom(_, _ int) bool { return false }

// ListensOn reports whether a process is known to listen on a TCP port; here only
// PortHolder knows.
func ListensOn(int, netip.AddrPort) bool { return false }
