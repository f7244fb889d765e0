package guard

import (
	"strings"

	"agents-tray/manager/logs"
)

// maxStatus bounds STATUS=, in bytes.
const maxStatus = 256

// parseNotify merges a datagram of sd_notify(3) into n: assignments, one a line. Others
// are ignored, as the protocol asks.
func parseNotify(datagram []byte, n *Notice) {
	for line := range strings.Lines(string(datagram)) {
		name, value, _ := strings.Cut(strings.TrimRight(line, "\n"), "=")
		switch {
		case name == "READY" && value == "1":
			n.Ready = true
		case name == "STOPPING" && value == "1":
			n.Stopping = true
		case name == "WATCHDOG" && value == "1":
			n.Alive = true
		case name == "WATCHDOG" && value == "trigger":
			n.Failing = true
		case name == "STATUS":
			n.Status = logs.Plain(strings.ToValidUTF8(value[:min(len(value), maxStatus)], "�"))
		}
	}
}
