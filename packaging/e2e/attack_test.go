//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"agents-tray/manager/control"
	"agents-tray/manager/peer/peertest"
	"agents-tray/services/web/webtest"
)

// Any other user of the computer once owned the Chat: its conversations, its key, its
// services. Everything that can be asked for is tried as one.
func TestAnotherUserOfTheComputerGetsNothing(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.launch().ready()
	stranger := peertest.NewUser(t)
	for _, port := range []int{u.Dashboard, u.Chat} {
		for _, host := range []string{"127.0.0.1", "[::1]", "localhost"} {
			for _, request := range []string{
				"GET /", "GET /healthz", "GET /review", "GET /sessions", "GET /services/chat/log", "GET /api/events",
				"GET /runs", "GET /api/runs", "GET /services/chat/log.txt", "GET /services/chat/crash", "GET /api/services/chat/lines", "GET /api/services/chat/follow",
				"POST /api/start", "POST /api/offers/platform", "POST /api/servers/start", "POST /api/services/chat/stop", "POST /api/reviewed", "POST /api/settings", "POST /api/setup", "POST /api/conversations", "DELETE /api/notice",
			} {
				method, path, _ := strings.Cut(request, " ")
				status, body := stranger.Get(fmt.Sprintf("http://%s:%d%s", host, port, path), "--request", method)
				if status != http.StatusForbidden || len(body) > 1000 || !strings.Contains(body, "for the user who runs Configurable Agents only") {
					t.Errorf("%s at %s:%d: %d %.300s", request, host, port, status, body)
				}
			}
		}
		if status, body := webtest.Request(t, "GET", u.URL(port), nil); status != http.StatusOK {
			t.Errorf("ourselves at %d: %d %s", port, status, body)
		}
	}
	for _, service := range []string{"dashboard", "chat"} { // of 57 connections each
		inRecord(t, u, service, "refused", 1)
	}
	for _, path := range filesOf(t, u.Folder) {
		if out, err := stranger.Command("cat", path).CombinedOutput(); err == nil {
			t.Errorf("%s can be read: %.100s", path, out)
		}
	}
	if address, err := u.Address(); err != nil {
		t.Error(err)
	} else if out, err := stranger.Command("curl", "--silent", "--max-time", "5", "--unix-socket", address.Address, "http://x/v1/status").CombinedOutput(); err == nil {
		t.Errorf("the control socket answers: %s", out)
	}
	for _, process := range u.Processes() {
		for _, file := range []string{"environ", "maps", "fd", "cwd", "mem"} {
			path := fmt.Sprintf("/proc/%d/%s", process.PID(), file)
			if out, err := stranger.Command("sh", "-c", `ls -A "$1"/ 2>&1 || cat "$1"`, "sh", path).CombinedOutput(); err == nil && len(out) > 0 {
				t.Errorf("%s can be read: %.100s", path, out)
			}
		}
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", process.PID()))
		if err == nil && strings.Contains(string(line), "token") {
			t.Errorf("the command line, which all users see, has a secret: %q", line)
		}
	}
}

// inRecord expects so many events of a kind and service in the record of this session. They
// come there a moment after what they tell of.
func inRecord(t *testing.T, u *user, service, kind string, want int) {
	t.Helper()
	client, count := u.client(), 0
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		sessions, err := client.Sessions(t.Context(), 1)
		if err != nil || len(sessions) != 1 {
			t.Fatalf("%v %v", sessions, err)
		}
		events, err := client.SessionEvents(t.Context(), sessions[0].ID, 1000)
		if err != nil {
			t.Fatal(err)
		}
		count = 0
		for _, e := range events {
			if e.Service == service && e.Kind == kind {
				count++
			}
		}
		if count >= want {
			break
		}
	}
	if count != want {
		t.Errorf("%s %q: recorded %d times, not %d", service, kind, count, want)
	}
}

// filesOf are all files of a user's folder; it fails the test for each that others may
// read, and for each folder that others may enter.
func filesOf(t *testing.T, folder string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err != nil || path == folder {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 && info.Mode().Type() != fs.ModeSymlink {
			t.Errorf("%s: %v", path, info.Mode())
		}
		if info.Mode().IsRegular() {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(files, func(f string) bool { return strings.HasSuffix(f, "session.db") }) {
		t.Errorf("no record among %v", files)
	}
	return files
}

func TestWhoHasTheOtherLoopbackAddressIsTold(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	listener, err := net.Listen("tcp", fmt.Sprintf("[::1]:%d", u.Chat))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	p := u.launch().ready()
	want := fmt.Sprintf("[::1]:%d is taken by e2e.test (pid %d)", u.Chat, os.Getpid())
	p.Status("it is told", func(s control.Status) bool { return strings.Contains(strings.Join(s.Notices, "\n"), want) })
	inRecord(t, u, "chat", "localhost taken", 1)
}

// Where it is wanted, other users are let in, and that is shown.
func TestOtherUsersAreLetInWhereTheFileSaysSo(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.WithServices("  dashboard: {builtin: dashboard}\n  chat: {builtin: chat}\nsettings: {other_users: true}\n")
	u.launch().ready()
	stranger := peertest.NewUser(t)
	for _, port := range []int{u.Dashboard, u.Chat} {
		if status, body := stranger.Get(u.URL(port)); status != http.StatusOK {
			t.Errorf("%d: %d %.200s", port, status, body)
		}
	}
	const told = "Other users of this computer can use Dashboard and Chat"
	if out := u.Command("menu"); !strings.Contains(out, told) {
		t.Errorf("the menu does not say so:\n%s", out)
	}
	if out := u.Command("check"); !strings.Contains(out, "ther users of this computer") {
		t.Errorf("check does not say so:\n%s", out)
	}
	inRecord(t, u, "", "other users", 1)
}
