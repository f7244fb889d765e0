package inspect

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/windows"
)

// Wine fills the tables, but with 0 for every process.
var underWine = windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil

func TestTheHolderOfAPortIsKnown(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for network, address := range map[string]string{"tcp4": "127.0.0.1:0", "tcp6": "[::1]:0", "tcp": ":0"} {
		listener, err := net.Listen(network, address)
		if err != nil {
			t.Fatal(err)
		}
		port := listener.Addr().(*net.TCPAddr).Port
		if !listed(port) {
			t.Errorf("%s is not in the tables", listener.Addr())
		}
		holder := PortHolder(listener.Addr().(*net.TCPAddr).AddrPort())
		if !underWine && (holder.PID != os.Getpid() || holder.Name != filepath.Base(self)) {
			t.Errorf("%s is held by %+v", listener.Addr(), holder)
		}
		listener.Close()
		if listed(port) {
			t.Errorf("%s is closed, but in the tables", listener.Addr())
		}
	}
	if name := programName(uint32(os.Getpid())); name != filepath.Base(self) {
		t.Errorf("this program is called %q", name)
	}
}

func listed(port int) bool {
	for _, table := range tcpTables {
		if _, found := table.holder(port); found {
			return true
		}
	}
	return false
}
