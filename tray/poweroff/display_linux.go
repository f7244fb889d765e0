package poweroff

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// displayGone reports whether the display that this process was started on takes no more
// connections: its server ends with the session. It is not gone if none is named.
func displayGone() bool {
	addresses := displays()
	for _, a := range addresses {
		conn, err := net.DialTimeout(a.network, a.address, questionTime)
		if err == nil {
			conn.Close()
			return false
		}
		if !errors.Is(err, syscall.ENOENT) && !errors.Is(err, syscall.ECONNREFUSED) {
			return false // it did not say so
		}
	}
	return len(addresses) > 0
}

type address struct{ network, address string }

// displays are the addresses of the display: see wl_display_connect(3) and X(7).
func displays() []address {
	var found []address
	if name := os.Getenv("WAYLAND_DISPLAY"); filepath.IsAbs(name) {
		found = append(found, address{"unix", name})
	} else if folder := os.Getenv("XDG_RUNTIME_DIR"); name != "" && folder != "" {
		found = append(found, address{"unix", filepath.Join(folder, name)})
	}
	name := os.Getenv("DISPLAY")
	colon := strings.LastIndexByte(name, ':')
	if colon < 0 {
		return found
	}
	number, _, _ := strings.Cut(name[colon+1:], ".")
	n, err := strconv.ParseUint(number, 10, 15)
	if err != nil {
		return found
	}
	if host := name[:colon]; host != "" && host != "unix" {
		return append(found, address{"tcp", net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(6000+int(n)))})
	}
	socket := "/tmp/.X11-unix/X" + number
	return append(found, address{"unix", "@" + socket}, address{"unix", socket})
}
