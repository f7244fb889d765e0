//go:build linux

package figures

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"agents-tray/manager/peer"
)

// BenchmarkPeerCheck is what it costs to ask the system whose a connection is, once for each,
// with so many others open. The aim is 50 µs.
func BenchmarkPeerCheck(b *testing.B) {
	for _, others := range []int{0, 100, 2000} {
		b.Run(fmt.Sprintf("%d-others", others), func(b *testing.B) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			defer listener.Close()
			var near net.Conn
			for range others + 1 {
				far, err := net.Dial("tcp", listener.Addr().String())
				if err != nil {
					b.Fatal(err)
				}
				defer far.Close()
				if near, err = listener.Accept(); err != nil {
					b.Fatal(err)
				}
				defer near.Close()
			}
			for b.Loop() {
				must(b, peer.Check(near))
			}
		})
	}
}

// BenchmarkFirstByte is how long a page takes on a new connection, with the check and
// without it.
func BenchmarkFirstByte(b *testing.B) {
	for name, setting := range map[string]string{"checked": "false", "for-everybody": "true"} {
		b.Run(name, func(b *testing.B) {
			p := newPlace(b)
			file := filepath.Join(b.TempDir(), "services.yaml")
			text := "services: {dashboard: {builtin: dashboard}, chat: {builtin: chat}}\nsettings: {other_users: " + setting + "}\n"
			must(b, os.WriteFile(file, []byte(text), 0o600))
			p.Launch("--config", file).Ready()
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			for b.Loop() {
				response, err := client.Get(p.URL(p.Chat) + "/")
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(response.Body, make([]byte, 1)); err != nil {
					b.Fatal(err)
				}
				response.Body.Close()
			}
		})
	}
}
