package inspect

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A listener is a listening TCP socket, as the system's tables tell of it.
type listener struct {
	at    netip.AddrPort
	uid   string
	inode string // as in the links of /proc/PID/fd: "socket:[123]"
}

// listeners returns all listening TCP sockets that wanted selects.
func listeners(wanted func(netip.AddrPort) bool) []listener {
	var found []listener
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		data, err := os.ReadFile(table)
		if err != nil {
			continue // no IPv6
		}
		for line := range bytes.Lines(data) {
			const listening = "0A"
			fields := strings.Fields(string(line))
			if len(fields) <= 9 || fields[3] != listening {
				continue
			}
			if at, ok := parseAddress(fields[1]); ok && wanted(at) {
				found = append(found, listener{at, fields[7], "socket:[" + fields[9] + "]"})
			}
		}
	}
	return found
}

// parseAddress parses an address of /proc/net/tcp: 32-bit words in the computer's own order,
// as is the port not.
func parseAddress(text string) (netip.AddrPort, bool) {
	host, port, _ := strings.Cut(text, ":")
	number, err := strconv.ParseUint(port, 16, 16)
	raw, badHost := hex.DecodeString(host)
	if err != nil || badHost != nil || len(raw)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for word := 0; word < len(raw); word += 4 {
		binary.NativeEndian.PutUint32(raw[word:], binary.BigEndian.Uint32(raw[word:]))
	}
	address, ok := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(address.Unmap(), uint16(number)), ok
}

// PortHolder returns who listens at an address: who gets the connections to it, or, for the
// unspecified address, anybody on that port.
func PortHolder(at netip.AddrPort) Holder {
	found := listeners(func(bound netip.AddrPort) bool {
		return Covers(bound, at) || at.Addr().IsUnspecified() && bound.Port() == at.Port()
	})
	slices.SortStableFunc(found, func(a, b listener) int { // the most specific gets them
		return specific(b, at) - specific(a, at)
	})
	for _, l := range found {
		if name, pid := processOf(l.inode); pid != 0 {
			return Holder{Name: name, PID: pid}
		}
		if l.uid != strconv.Itoa(os.Getuid()) {
			return Holder{User: userName(l.uid)}
		}
		// A socket of ours without a process: that is just ending.
	}
	return Holder{}
}

func specific(l listener, at netip.AddrPort) int {
	switch {
	case l.at.Addr() == at.Addr():
		return 2
	case l.at.Addr().Is4() == at.Addr().Is4():
		return 1
	}
	return 0
}

func userName(uid string) string {
	if u, err := user.LookupId(uid); err == nil {
		return u.Username
	}
	return uid
}

// processOf returns a process that has a socket open, and its name.
func processOf(inode string) (name string, pid int) {
	processes, err := os.ReadDir("/proc")
	if err != nil {
		return "", 0
	}
	for _, process := range processes {
		pid, err := strconv.Atoi(process.Name())
		if err != nil || !slices.Contains(sockets(pid), inode) {
			continue
		}
		comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if err == nil {
			return printable(strings.TrimSpace(string(comm))), pid
		}
	}
	return "", 0
}

// sockets returns the sockets that a process has open; none of another user's.
func sockets(pid int) []string {
	folder := fmt.Sprintf("/proc/%d/fd/", pid)
	descriptors, err := os.ReadDir(folder)
	if err != nil {
		return nil // another user's, or gone
	}
	var found []string
	for _, fd := range descriptors {
		if target, err := os.Readlink(folder + fd.Name()); err == nil && strings.HasPrefix(target, "socket:") {
			found = append(found, target)
		}
	}
	return found
}

// Listening returns the TCP addresses that these processes listen at.
func Listening(pids []int) []netip.AddrPort {
	own := map[string]bool{}
	for _, pid := range pids {
		for _, socket := range sockets(pid) {
			own[socket] = true
		}
	}
	if len(own) == 0 {
		return nil
	}
	var found []netip.AddrPort
	for _, l := range listeners(func(netip.AddrPort) bool { return true }) {
		if own[l.inode] && !slices.Contains(found, l.at) {
			found = append(found, l.at)
		}
	}
	return found
}

// DescendsFrom reports whether a process is below another one.
func DescendsFrom(pid, ancestor int) bool {
	for range 100 { // deeper than any tree; a process id may be given anew while this looks
		if pid == ancestor {
			return true
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return false
		}
		_, rest, _ := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" ")) // after the name, which may hold anything
		fields := bytes.Fields(rest)
		if len(fields) < 2 {
			return false
		}
		if pid, err = strconv.Atoi(string(fields[1])); err != nil || pid <= 1 {
			return false
		}
	}
	return false
}

// ListensOn reports whether a process is known to get the connections to an address. It looks
// at the process's sockets themselves (pidfd_getfd, Linux 5.6), since the system's table of
// all sockets takes milliseconds to read; false may also say that it could not, or that
// another process may be bound more narrowly.
func ListensOn(pid int, at netip.AddrPort) bool {
	process, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return false
	}
	defer unix.Close(process)
	folder := fmt.Sprintf("/proc/%d/fd/", pid)
	descriptors, err := os.ReadDir(folder)
	if err != nil {
		return false
	}
	for _, fd := range descriptors {
		if target, err := os.Readlink(folder + fd.Name()); err != nil || !strings.HasPrefix(target, "socket:") {
			continue
		}
		number, _ := strconv.Atoi(fd.Name()) // the kernel writes numbers
		if socket, err := unix.PidfdGetfd(process, number, 0); err == nil {
			bound := boundTo(socket)
			unix.Close(socket)
			if bound == at {
				return true
			}
		}
	}
	return false
}

// boundTo returns the address at which a socket takes TCP connections, if it does.
func boundTo(socket int) netip.AddrPort {
	if accepts, err := unix.GetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_ACCEPTCONN); err != nil || accepts == 0 {
		return netip.AddrPort{}
	}
	address, err := unix.Getsockname(socket)
	if err != nil {
		return netip.AddrPort{}
	}
	switch address := address.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(address.Addr), uint16(address.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(address.Addr).Unmap(), uint16(address.Port))
	}
	return netip.AddrPort{}
}
