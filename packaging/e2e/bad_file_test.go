//go:build linux

package e2e

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"agents-tray/manager/control"
	"agents-tray/tray/traytest"
)

// badFile is what may stand in place of a services file, and part of what is said of it.
type badFile struct{ name, text, says string }

func badFiles() []badFile {
	noise := make([]byte, 4096)
	_, _ = rand.Read(noise) // never fails
	return []badFile{
		{"empty", "", "there are no services in this file"},
		{"only comments", "# services\n", "there are no services in this file"},
		{"no services in it", "services:\n", "there are no services in this file"},
		{"binary", "\x7fELF\x00\xff" + string(noise), "this is not UTF-8"},
		{"10 MB", strings.Repeat("# services\n", 10_000_000/11), "larger than 1 MB"},
		{"one long line", "services: {a: {command: '" + strings.Repeat("x", 20_000) + "'}}\n", "longer than 10,000 characters"},
		{"deep anchors", anchors(30), "an anchor, alias or tag"},
		{"deep brackets", "services: " + strings.Repeat("[", 500), "nested deeper than 20"},
		{"half a file", "services:\n  same: {command: sleep", "not closed"},
		{"an open quote", "services:\n  same: {command: \"sleep 601}\n", "the quote that begins here is not closed"},
		{"a tab", "services:\n\tsame: {}\n", "a tab stands here"},
		{"a list", "- sleep 601\n", "expected a mapping, not a list"},
		{"a circle", "services:\n  same: {command: sleep 601, depends_on: [b]}\n  b: {command: sleep 602, depends_on: [same]}\n", "go round in a circle: same → b → same"},
		{"one name twice", "services:\n  same: {command: sleep 601}\n  same: {command: sleep 602}\n", "this key is there already, in line 2"},
		{"one port twice", "services:\n  same: {command: sleep 601, url: 'http://127.0.0.1:9000'}\n  b: {command: sleep 602, url: 'http://127.0.0.1:9000'}\n", "port 9000 is same's already"},
		{"port 0", "services:\n  same: {command: sleep 601, listen: '127.0.0.1:0'}\n", "a port is a number from 1 to 65535"},
		{"port 70000", "services:\n  same: {command: sleep 601, listen: '127.0.0.1:70000'}\n", "a port is a number from 1 to 65535"},
		{"a variable of nobody", "services:\n  same: {command: sleep 601, env: {X: \"${NOBODY_SETS_THIS}\"}}\n", "NOBODY_SETS_THIS is not set"},
		{"a name with umlauts", "services:\n  Büro: {command: sleep 601}\n", "is no name"},
	}
}

// anchors is a file whose aliases stand for 2 to the power of depth services.
func anchors(depth int) string {
	var b strings.Builder
	b.WriteString("services:\n  a0: &a0 {command: sleep 601}\n")
	for n := range depth {
		fmt.Fprintf(&b, "  a%d: &a%d [*a%d, *a%d]\n", n+1, n+1, n, n)
	}
	fmt.Fprintf(&b, "  same: *a%d\n", depth)
	return b.String()
}

// Saved over a running instance, a file with mistakes changes nothing, whatever its kind, and is
// told once, with a button to it; a mended one makes the notice go, and nothing has restarted.
func TestABadFileOverARunningInstance(t *testing.T) {
	t.Parallel()
	u := newUser(t).withDesktop()
	folder := filepath.Join(u.Folder, "config", "agents-tray")
	file := filepath.Join(folder, "services.yaml")
	must(t, os.MkdirAll(filepath.Join(folder, "Büro, 2. Stock"), 0o700))
	good := "  same: {command: sleep 601, dir: 'Büro, 2. Stock'}\n  other: {command: sleep 602}\n"
	u.WithServices(good)
	p := u.Prepare()
	p.Env = slices.DeleteFunc(p.Env, func(pair string) bool { return strings.HasPrefix(pair, "HOME=") })
	p.Start()
	before := p.Status("both run", func(s control.Status) bool { return runs(s, "same", "other") })
	unchanged := func(s control.Status) bool {
		return runs(s, "same", "other") && pidOf(s, "same") == pidOf(before, "same") && pidOf(s, "other") == pidOf(before, "other")
	}
	save := func(text string) {
		t.Helper()
		must(t, os.WriteFile(file, []byte(text), 0o600))
	}
	bad := append(badFiles(), badFile{"no home", "services:\n  same: {command: sleep 601, dir: ~/x}\n", "the home folder is unknown"})
	for n, b := range bad {
		save(b.text)
		s := p.Status(b.name+" is told", func(s control.Status) bool { return len(s.Notices) == 1 && strings.Contains(s.Notices[0], b.says) })
		if !unchanged(s) {
			t.Errorf("%s has changed something: %+v", b.name, s.Services)
		}
		if len(s.Notices[0]) > 400 {
			t.Errorf("of %s it says %d bytes", b.name, len(s.Notices[0]))
		}
		told := u.Notifications.Wait(t.Context(), func(told traytest.Notification) bool {
			return strings.Contains(told.Body, b.says) && len(u.Notifications.All()) == n+1
		})
		if told.Summary != "The services file has a mistake: nothing was changed" || !slices.Contains(told.Actions, "Edit services…") {
			t.Errorf("of %s the message is %+v", b.name, told)
		}
		save("services:\n" + good + fmt.Sprintf("# mended for the %d. time\n", n+1))
		p.Status(b.name+" is mended", func(s control.Status) bool { return len(s.Notices) == 0 && unchanged(s) })
		u.Notifications.WaitClosed(t.Context(), told.ID)
	}
	if all := u.Notifications.All(); len(all) != len(bad) {
		t.Errorf("of %d mistakes %d messages told", len(bad), len(all))
	}
	u.Command("quit")
	p.CleanEnd()
}

// The same at the start: one clear message, and nothing is started or lost.
func TestABadFileAtTheStart(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.WithServices("")
	file := filepath.Join(u.Folder, "config", "agents-tray", "services.yaml")
	for _, b := range badFiles() {
		must(t, os.WriteFile(file, []byte(b.text), 0o600))
		p := u.launchExactly("ui")
		if status := p.End(); status != 1 || !strings.Contains(p.Out.String(), b.says) || strings.Contains(p.Out.String(), "✓") {
			t.Errorf("%s: status %d, it says %.1000s", b.name, status, p.Out.String())
		}
		if kept, err := os.ReadFile(file); err != nil || string(kept) != b.text {
			t.Errorf("%s is not what it was: %v", b.name, err)
		}
	}
	u.NothingLeft()
}
