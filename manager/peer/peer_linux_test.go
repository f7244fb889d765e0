package peer

import (
	"bufio"
	"errors"
	"net"
	"net/netip"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/peer/peertest"
)

func addresses(conn net.Conn) (near, far netip.AddrPort) {
	return conn.LocalAddr().(*net.TCPAddr).AddrPort(), conn.RemoteAddr().(*net.TCPAddr).AddrPort()
}

// Any other user of the computer once read the conversations.
func TestAnotherUserIsToldApart(t *testing.T) {
	user := peertest.NewUser(t)
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		curl := user.Command("curl", "--silent", "--noproxy", "*", "http://"+listener.Addr().String())
		if err := curl.Start(); err != nil {
			t.Fatal(err)
		}
		conn, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(conn); !errors.Is(err, ErrOtherUser) {
			t.Errorf("%s: %v", address, err)
		}
		near, far := addresses(conn)
		if r, err := look(far, near); err != nil || r.inode == 0 || int(r.uid) == os.Geteuid() {
			t.Errorf("%s in the kernel's text: %+v, %v", address, r, err)
		}
		conn.Close()
		_ = curl.Wait() // it got no answer
	}
}

// The socket of a peer that has closed has uid 0, which once was root's own.
func TestAClosedPeerIsNobody(t *testing.T) {
	near, far := connect(t, "127.0.0.1:0")
	far.Close()
	_, _ = bufio.NewReader(near).ReadByte() // its end has arrived
	if err := Check(near); !errors.Is(err, ErrGone) {
		t.Errorf("closed: %v", err)
	}
	near, far = connect(t, "127.0.0.1:0")
	if err := far.(*net.TCPConn).SetLinger(0); err != nil {
		t.Fatal(err)
	}
	far.Close()
	_, _ = bufio.NewReader(near).ReadByte()
	if err := Check(near); !errors.Is(err, ErrGone) {
		t.Errorf("reset: %v", err)
	}
}

// A listening socket of ours at the peer's address is not the peer.
func TestAListeningSocketIsNoPeer(t *testing.T) {
	listener := guardtest.Listen(t)
	source := listener.Addr().(*net.TCPAddr).AddrPort()
	if r, err := ask(source, netip.MustParseAddrPort("127.0.0.1:9")); !errors.Is(err, unix.ENOENT) {
		t.Errorf("%+v, %v", r, err)
	}
}

// Both ways of asking say the same.
func TestTheKernelsText(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		conn, _ := connect(t, address)
		near, far := addresses(conn)
		asked, err1 := ask(unmapped(far), unmapped(near))
		looked, err2 := look(far, near)
		if err1 != nil || err2 != nil || asked != looked {
			t.Errorf("%s: %+v, %v; %+v, %v", address, asked, err1, looked, err2)
		}
	}
	text := "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" +
		"   0: 0100007F:1EB5 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 20 4 30 10 -1\n"
	r, err := find([]byte(text), netip.MustParseAddrPort("127.0.0.1:7861"), netip.MustParseAddrPort("127.0.0.1:54000"))
	if want := (row{established, 1000, 4711}); err != nil || r != want {
		t.Errorf("%+v, %v", r, err)
	}
}
