// Package traytest stands in for a desktop in tests of the tray: a session bus of
// its own, a panel that lists tray icons and clicks in their menus, a server that
// takes notifications, and a browser that only writes down what it is asked to open.
// All of them are the real protocols; only the pixels are missing. Linux has it all,
// the other systems only Need.
//
//	bus := traytest.StartBus(t)
//	panel := bus.StartHost(t)
//	browser := traytest.FakeBrowser(t)
//	// start the program with DBUS_SESSION_BUS_ADDRESS=bus.Address, PATH=browser.Dir:…
//	item := panel.WaitItem(ctx, program.Process.Pid)
//	item.WaitLabel(ctx, "Open Chat")
//	if err := item.Click("Open Chat"); err != nil {
//		t.Fatal(err)
//	}
//	url := browser.Wait(ctx)
//
// What waits does so for an event, until its context ends, at most for 20 seconds;
// then it fails the test and says what was there instead.
package traytest

import (
	"os/exec"
	"testing"
)

// Need returns the path of a program that the test drives. Without the program the
// test is skipped, which packaging/test counts as a failure.
func Need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil {
		return path
	}
	t.Skipf("%s is not installed (packaging/test installs what tests need)", program)
	return ""
}
