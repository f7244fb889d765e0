package inspect

import (
	"net/netip"
	"os"
	"testing"

	"agents-tray/manager/guard/guardtest"
)

// A program may call itself anything; its name is shown in terminals.
func TestANameThatCannotBeShown(t *testing.T) {
	listener := guardtest.Listen(t)
	before, err := os.ReadFile("/proc/self/comm")
	if err == nil {
		err = os.WriteFile("/proc/self/comm", []byte("\x1b[31m\u202ex y"), 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer os.WriteFile("/proc/self/comm", before, 0)
	if holder := PortHolder(netip.MustParseAddrPort(listener.Addr().String())); holder.Name != "?[31m?x y" {
		t.Errorf("its holder is called %q", holder.Name)
	}
}
