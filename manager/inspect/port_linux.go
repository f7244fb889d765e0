package inspect

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// PortHolder returns a program that listens on a port, and its pid; 0 when it is another
// user's and cannot be seen. network is "tcp", "tcp4" or "tcp6".
func PortHolder(network string, port int) (name string, pid int) {
	inodes := map[string]bool{}
	tables := map[string][]string{"tcp": {"tcp", "tcp6"}, "tcp4": {"tcp"}, "tcp6": {"tcp6"}}
	for _, table := range tables[network] {
		data, err := os.ReadFile("/proc/net/" + table)
		if err != nil {
			continue // no IPv6
		}
		for line := range bytes.Lines(data) {
			const listening = "0A"
			fields := strings.Fields(string(line))
			if len(fields) > 9 && fields[3] == listening && strings.HasSuffix(fields[1], fmt.Sprintf(":%04X", port)) {
				inodes["socket:["+fields[9]+"]"] = true
			}
		}
	}
	if len(inodes) == 0 {
		return "", 0
	}
	processes, err := os.ReadDir("/proc")
	if err != nil {
		return "", 0
	}
	for _, process := range processes {
		pid, err := strconv.Atoi(process.Name())
		if err != nil {
			continue
		}
		if name := holderName(pid, inodes); name != "" {
			return name, pid
		}
	}
	return "", 0
}

// holderName returns the name of a process if it has one of the sockets open.
func holderName(pid int, inodes map[string]bool) string {
	folder := fmt.Sprintf("/proc/%d/", pid)
	descriptors, err := os.ReadDir(folder + "fd")
	if err != nil {
		return "" // another user's, or gone
	}
	for _, fd := range descriptors {
		if target, err := os.Readlink(folder + "fd/" + fd.Name()); err == nil && inodes[target] {
			comm, err := os.ReadFile(folder + "comm")
			if err != nil {
				return ""
			}
			return strings.TrimSpace(string(comm))
		}
	}
	return ""
}

// ListensOn reports whether a process is known to listen on a TCP port. It looks at the
// process's sockets themselves (pidfd_getfd, Linux 5.6), since the system's table of
// all sockets takes milliseconds to read; false may also say that it could not.
func ListensOn(pid, port int) bool {
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
			found := listening(socket, port)
			unix.Close(socket)
			if found {
				return true
			}
		}
	}
	return false
}

// listening reports whether a socket takes connections on a TCP port.
func listening(socket, port int) bool {
	if accepts, err := unix.GetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_ACCEPTCONN); err != nil || accepts == 0 {
		return false
	}
	address, err := unix.Getsockname(socket)
	if err != nil {
		return false
	}
	switch address := address.(type) {
	case *unix.SockaddrInet4:
		return address.Port == port
	case *unix.SockaddrInet6:
		return address.Port == port
	}
	return false
}
