//go:build linux

package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"aead.dev/minisign"

	"agents-tray/packaging/e2e/harness"
	"agents-tray/tray/update"
)

// feed announces a release at https://example.com/feed.json, to those who go through
// its proxy and take its certificate.
type feed struct {
	private     minisign.PrivateKey
	public      minisign.PublicKey
	latest      atomic.Pointer[update.Release]
	environment []string
	server      string
}

func newFeed(t *testing.T) *feed {
	t.Helper()
	f := &feed{}
	var err error
	if f.public, f.private, err = minisign.GenerateKey(rand.Reader); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(http.HandlerFunc(f.serve))
	t.Cleanup(server.Close)
	f.server = server.Listener.Addr().String()
	certificate := filepath.Join(t.TempDir(), "certificate.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(certificate, text, 0o600); err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(http.HandlerFunc(f.connect))
	t.Cleanup(proxy.Close)
	f.environment = []string{"HTTPS_PROXY=" + proxy.URL, "SSL_CERT_FILE=" + certificate}
	return f
}

// announce announces a version from now on, at an hour of the first of May.
func (f *feed) announce(version string, hour int) {
	f.latest.Store(&update.Release{
		Version: version, Published: time.Date(2026, 5, 1, hour, 0, 0, 0, time.UTC), News: "It is faster", Page: "https://example.com/releases",
	})
}

func (f *feed) serve(w http.ResponseWriter, r *http.Request) {
	text, err := json.Marshal(f.latest.Load())
	if err != nil {
		panic(err)
	}
	if strings.HasSuffix(r.URL.Path, ".minisig") {
		text = minisign.Sign(f.private, text)
	}
	_, _ = w.Write(text) // the client tells of its trouble
}

// connect is a proxy that leads to the feed, whatever it is asked for.
func (f *feed) connect(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect || r.Host != "example.com:443" {
		http.Error(w, r.Method+" "+r.Host, http.StatusForbidden)
		return
	}
	server, err := net.Dial("tcp", f.server)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer server.Close()
	w.WriteHeader(http.StatusOK)
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	go func() {
		_, _ = io.Copy(server, buffered)
		_ = server.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(client, server) // until one of them has enough
}

// release builds the program as a release with this feed.
func (f *feed) release(t *testing.T, version string) string {
	t.Helper()
	public, err := f.public.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(public), "\n") // a linker's flag is one line
	program := filepath.Join(t.TempDir(), "agents-tray")
	link := "-X main.release=" + version + " -X agents-tray/tray/update.address=https://example.com/feed.json -X agents-tray/tray/update.key=" + strings.TrimSpace(line)
	if out, err := exec.Command("go", "build", "-ldflags", link, "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// The user asks by hand, or has it asked once a day; nothing asks before.
func TestUpdateFromTheCommandLineOn(t *testing.T) {
	f := newFeed(t)
	u := harness.NewUser(t)
	program := f.release(t, "v1.2.0")
	run := func(args ...string) (string, error) {
		command := exec.Command(program, args...)
		command.Env = append(u.Environment(), f.environment...)
		out, err := command.CombinedOutput()
		return string(out), err
	}
	says := func(want string, args ...string) {
		t.Helper()
		out, err := run(args...)
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%v says %q (%v), not %q", args, out, err, want)
		}
	}
	says("agents-tray version v1.2.0", "--version")
	const line = "Version 1.3.0 is there – It is faster (https://example.com/releases)"
	f.announce("v1.3.0", 1)
	says(line, "update")
	f.announce("v1.2.5", 2)
	if out, err := run("update"); err == nil || !strings.Contains(out, "older than one that was seen before") {
		t.Errorf("%q, %v", out, err)
	}
	if err := os.Remove(u.State("updates.json")); err != nil {
		t.Fatal(err)
	}
	f.announce("v1.2.0", 1)
	says("There is nothing newer than this version, v1.2.0.", "update")

	f.announce("v1.3.0", 2)
	says("once a day", "update", "--on")
	if err := forgetCheck(u.State("updates.json")); err != nil { // a day later
		t.Fatal(err)
	}
	u.Build = program
	p := u.Prepare("ui", "--dashboard-port", fmt.Sprint(u.Dashboard), "--chat-port", fmt.Sprint(u.Chat))
	p.Env = append(p.Env, f.environment...)
	p.Start().Ready()
	printed(t, p, line)
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	p.CleanEnd()
	says("does not look", "update", "--off")
}

// printed waits until the program has printed something.
func printed(t *testing.T, p *harness.Program, text string) {
	t.Helper()
	deadline := time.After(harness.Patience)
	for !strings.Contains(p.Out.String(), text) {
		select {
		case <-time.After(5 * time.Millisecond): // what it prints makes no event
		case <-deadline:
			t.Fatalf("it does not say %q:\n%s", text, p.Out.String())
		}
	}
}

// forgetCheck makes the last check one of long ago.
func forgetCheck(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var memory map[string]any
	if err := json.Unmarshal(text, &memory); err != nil {
		return err
	}
	memory["checked"] = time.Time{}
	if text, err = json.Marshal(memory); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

// A build without a publisher says so, and cannot be made to look.
func TestNoPublisherNoUpdates(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	for _, args := range [][]string{{"update"}, {"update", "--on"}} {
		root := commands()
		var out bytes.Buffer
		root.SetArgs(args)
		root.SetOut(&out)
		root.SetErr(&out)
		if err := root.Execute(); err == nil || !strings.Contains(out.String(), "does not know whom to trust for news of newer versions, so it never looks") {
			t.Errorf("%v: %v, %s", args, err, out.String())
		}
	}
}
