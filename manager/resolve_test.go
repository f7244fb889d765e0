//go:build unix

package manager

import (
	"context"
	"net"
	"testing"
	"time"
)

// A name server that does not answer keeps one service waiting, and never the guard, which all
// others need: that is given no name.
func TestANameServerThatSaysNothing(t *testing.T) {
	s := plain("s")
	s.Listen = "host.example:80"
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		must(t, m.Start("s"))
		must(t, m.Start("other"))
		pass(time.Second)
		wantState(t, m, "other", Ready)
		wantState(t, m, "s", Starting)
		pass(prepareTimeout)
		wantKind(t, m, "s", NoAddress)
		w.setName(s.Listen, "192.0.2.7:80")
		pass(2 * prepareTimeout)
		wantState(t, m, "s", Ready)
		for _, r := range w.guards[0].asked {
			if r.Start != nil && r.Start.Service == "s" && r.Start.Listen != "192.0.2.7:80" {
				t.Errorf("the guard is to find %s", r.Start.Listen)
			}
		}
	}, s, plain("other"))
}

// Who has a port may not be seen, as when a process does not answer: then the service itself tells
// whether it could bind it.
func TestALookAtAPortThatHangs(t *testing.T) {
	s := plain("s")
	s.URL = "http://127.0.0.1:9000"
	inBubble(t, func(t *testing.T, m *Manager, w *world) {
		w.setPortHangs()
		must(t, m.Start("s"))
		must(t, m.Start("other"))
		pass(time.Second)
		wantState(t, m, "other", Ready)
		wantState(t, m, "s", Starting)
		pass(prepareTimeout)
		wantState(t, m, "s", Ready)
	}, s, plain("other"))
}

// Only a name is asked for, and not for longer than there is time.
func TestNamesAreFoundInTime(t *testing.T) {
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	defer silent.Close()
	before := net.DefaultResolver
	defer func() { net.DefaultResolver = before }()
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", silent.LocalAddr().String())
	}}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	for address, want := range map[string]string{
		"127.0.0.1:80": "127.0.0.1:80", "[::1]:80": "[::1]:80", "[fe80::1%lo]:80": "[fe80::1%lo]:80", "localhost:80": "localhost:80", "": "",
		"host.example:80": "",
	} {
		if found, err := resolve(ctx, address); found != want || (err != nil) != (address == "host.example:80") {
			t.Errorf("%s is %s (%v)", address, found, err)
		}
	}
}
