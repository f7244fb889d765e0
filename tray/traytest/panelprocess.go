//go:build linux

package traytest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"
)

// panelVariable holds the address of the bus in the environment of a PanelProcess.
const panelVariable = "AGENTS_TRAY_TEST_PANEL"

// Main is a panel if this process was started as one; otherwise it returns at once. The
// TestMain of a package that calls StartPanelProcess must call it first.
func Main() {
	if address := os.Getenv(panelVariable); address != "" {
		os.Exit(bePanel(address))
	}
}

// bePanel shows icons until standard input ends, and writes a line for each and for each
// menu that it asks for.
func bePanel(address string) int {
	conn, err := dbus.Connect(address)
	if err != nil {
		return 1
	}
	h := &Host{conn: conn, ended: make(chan struct{})}
	if err := h.serve(); err != nil {
		return 1
	}
	fmt.Println("panel")
	go func() {
		for shown := 0; ; {
			changed := h.changes.changed()
			h.mu.Lock()
			items := h.items
			h.mu.Unlock()
			for _, item := range items[min(shown, len(items)):] {
				fmt.Println("icon")
				conn.Object(item.owner, item.path+"/menu").Go(menuInterface+".GetLayout", 0, nil, int32(0), int32(-1), []string{})
				fmt.Println("menu")
			}
			shown = len(items)
			<-changed
		}
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// PanelProcess is a panel in a process of its own, which can be stopped.
type PanelProcess struct {
	t       testing.TB
	command *exec.Cmd
	lines   *bufio.Scanner
	end     func()
}

// StartPanelProcess puts a panel on the bus that lives as long as the test.
func (b *Bus) StartPanelProcess(t testing.TB) *PanelProcess {
	t.Helper()
	p := &PanelProcess{t: t, command: exec.Command(os.Args[0])}
	p.command.Env = append(os.Environ(), panelVariable+"="+b.Address)
	lines, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.command.Stdout, p.lines = write, bufio.NewScanner(lines)
	stdin, err := p.command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	gone, err := startMortal(p.command)
	_ = write.Close()
	if err != nil {
		t.Fatal(err)
	}
	p.end = func() {
		_ = stdin.Close()
		_ = p.command.Process.Kill() // it may be stopped
		<-gone
		_ = lines.Close()
	}
	t.Cleanup(p.end)
	p.Wait("panel")
	return p
}

// Wait returns when the panel is there ("panel"), has an icon ("icon") or has asked for its
// menu ("menu").
func (p *PanelProcess) Wait(what string) {
	p.t.Helper()
	for p.lines.Scan() {
		if strings.TrimSpace(p.lines.Text()) == what {
			return
		}
	}
	p.t.Fatalf("the panel has ended before %q", what)
}

// Freeze makes the panel answer nobody, without ending.
func (p *PanelProcess) Freeze() { _ = p.command.Process.Signal(syscall.SIGSTOP) }

// End takes the panel off the bus.
func (p *PanelProcess) End() { p.end() }

// WaitCall returns the function that waits until a method of an interface was called on the
// bus, by anybody, after WaitCall.
func (b *Bus) WaitCall(t testing.TB, member, argument string) (wait func()) {
	t.Helper()
	conn := b.Connect(t)
	seen := make(chan *dbus.Message, 1024)
	if err := conn.BusObject().Call("org.freedesktop.DBus.Monitoring.BecomeMonitor", 0, []string{}, uint32(0)).Err; err != nil {
		t.Fatal(err)
	}
	conn.Eavesdrop(seen)
	return func() {
		t.Helper()
		for message := range seen {
			if name, _ := message.Headers[dbus.FieldMember].Value().(string); name != member {
				continue
			}
			for _, value := range message.Body {
				if value == argument {
					return
				}
			}
		}
		t.Fatalf("nobody has called %s %s", member, argument)
	}
}
