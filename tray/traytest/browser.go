//go:build linux

package traytest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Browser stands in for the desktop's browser: an xdg-open that opens nothing.
type Browser struct {
	Dir string // put it first in PATH

	t       testing.TB
	changes changes
	handed  int // how many URLs Wait has returned
}

// The script writes the URL down and then rings at the FIFO, which it opens for
// reading too so that it never hangs. It uses no other program: PATH may be Dir alone.
const xdgOpen = `#!/bin/sh
dir=${0%/*}
read -r pid comm state parent group session rest </proc/self/stat
printf '%s %s %s\n' "$pid" "$session" "$XDG_ACTIVATION_TOKEN$DESKTOP_STARTUP_ID" >>"$dir/processes"
printf '%s\n' "$DISPLAY" >>"$dir/displays"
printf '%s\n' "$*" >>"$dir/urls"
printf . 1<>"$dir/bell"
`

// FakeBrowser returns a browser for programs that open pages with xdg-open.
func FakeBrowser(t testing.TB) *Browser {
	t.Helper()
	b := &Browser{Dir: t.TempDir(), t: t}
	if err := os.WriteFile(filepath.Join(b.Dir, "xdg-open"), []byte(xdgOpen), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(b.Dir, "bell"), 0o600); err != nil {
		t.Fatal(err)
	}
	bell, err := os.OpenFile(filepath.Join(b.Dir, "bell"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	silent := make(chan struct{})
	go func() {
		defer close(silent)
		rings := make([]byte, 64)
		for {
			if _, err := bell.Read(rings); err != nil {
				return
			}
			b.changes.notify()
		}
	}()
	t.Cleanup(func() {
		_ = bell.Close()
		<-silent
	})
	return b
}

// Displays returns the display that the browser was started on each time, in the order of URLs.
func (b *Browser) Displays() []string {
	b.t.Helper()
	text, err := os.ReadFile(filepath.Join(b.Dir, "displays"))
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// A Command is how the browser was started.
type Command struct {
	PID, Session int
	Token        string // what is in XDG_ACTIVATION_TOKEN and then in DESKTOP_STARTUP_ID
}

// Commands returns how the browser was started each time, in the order of URLs.
func (b *Browser) Commands() (commands []Command) {
	b.t.Helper()
	text, err := os.ReadFile(filepath.Join(b.Dir, "processes"))
	if err != nil && !os.IsNotExist(err) {
		b.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var c Command
		if n, err := fmt.Sscan(line, &c.PID, &c.Session, &c.Token); n < 2 {
			b.t.Fatalf("%q: %v", line, err)
		}
		commands = append(commands, c)
	}
	return commands
}

// URLs returns everything that was opened so far, in order.
func (b *Browser) URLs() []string {
	b.t.Helper()
	opened, err := os.ReadFile(filepath.Join(b.Dir, "urls"))
	if err != nil && !os.IsNotExist(err) {
		b.t.Fatal(err)
	}
	lines := strings.Split(string(opened), "\n")
	return lines[:len(lines)-1]
}

// Wait returns the first URL that no Wait before has returned.
func (b *Browser) Wait(ctx context.Context) string {
	b.t.Helper()
	var url string
	err := b.changes.await(ctx, func(context.Context) (bool, error) {
		opened := b.URLs()
		if len(opened) <= b.handed {
			return false, nil
		}
		url = opened[b.handed]
		b.handed++
		return true, nil
	})
	if err != nil {
		b.t.Fatalf("wait for the browser to be opened: %v; it has opened %q", err, b.URLs())
	}
	return url
}
