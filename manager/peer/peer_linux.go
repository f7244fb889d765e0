package peer

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// A row is what the kernel tells of a TCP socket.
type row struct {
	state      uint8
	uid, inode uint32
}

const established = 1 // TCP_ESTABLISHED

// check looks at the socket whose near end is far: the other one of the connection.
func check(near, far netip.AddrPort) error {
	near, far = unmapped(near), unmapped(far)
	r, err := ask(far, near)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EPROTONOSUPPORT) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		r, err = look(far, near) // there is none, or the kernel comes without tcp_diag
	}
	switch {
	case err != nil:
		return fmt.Errorf("whose the other end is: %w", err)
	case r.state != established || r.inode == 0: // a closed one has uid 0
		return ErrGone
	case int(r.uid) != os.Geteuid():
		return ErrOtherUser
	}
	return nil
}

func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// Layouts of linux/inet_diag.h: inet_diag_req_v2 and inet_diag_msg, and where the latter
// has what counts.
const (
	sizeOfRequest = unix.SizeofNlMsghdr + 56
	sizeOfAnswer  = 72
	atState       = 1
	atSource      = 4 // port, then that of the destination
	atUID         = 64
	atInode       = 68

	sockDiagByFamily = 20
)

// ask asks the kernel for one socket (sock_diag(7)): a look-up in its hash table. A dump of
// the whole table, as libraries ask for, takes a millisecond. The error is ENOENT if there
// is no such socket, or the kernel has no tcp_diag.
func ask(source, destination netip.AddrPort) (row, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return row{}, err
	}
	defer unix.Close(fd)
	request := make([]byte, 0, sizeOfRequest)
	native, network := binary.NativeEndian, binary.BigEndian
	request = native.AppendUint32(request, sizeOfRequest)
	request = native.AppendUint16(request, sockDiagByFamily)
	request = native.AppendUint16(request, unix.NLM_F_REQUEST)
	request = native.AppendUint32(request, 1) // sequence
	request = native.AppendUint32(request, 0) // port: the kernel
	family := byte(unix.AF_INET6)
	if source.Addr().Is4() {
		family = unix.AF_INET
	}
	request = append(request, family, unix.IPPROTO_TCP, 0, 0)
	request = native.AppendUint32(request, 1<<established)
	request = network.AppendUint16(request, source.Port())
	request = network.AppendUint16(request, destination.Port())
	for _, address := range []netip.Addr{source.Addr(), destination.Addr()} {
		request = append(request, address.AsSlice()...)
		request = append(request, make([]byte, 16-len(address.AsSlice()))...)
	}
	request = native.AppendUint32(request, 0)          // any interface
	request = native.AppendUint64(request, ^uint64(0)) // no cookie
	if err := unix.Sendto(fd, request, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return row{}, err
	}
	answer := make([]byte, 4<<10)
	n, _, err := unix.Recvfrom(fd, answer, unix.MSG_DONTWAIT) // the kernel has answered within Sendto
	if err != nil {
		return row{}, err
	}
	answer = answer[:n]
	if len(answer) < unix.SizeofNlMsghdr+4 {
		return row{}, errors.New("a short answer from the kernel")
	}
	kind, body := native.Uint16(answer[4:]), answer[unix.SizeofNlMsghdr:]
	switch {
	case kind == unix.NLMSG_ERROR:
		return row{}, unix.Errno(-int32(native.Uint32(body)))
	case kind != sockDiagByFamily || len(body) < sizeOfAnswer:
		return row{}, errors.New("an answer from the kernel that is not known")
	case !slices.Equal(body[atSource:atSource+4], request[unix.SizeofNlMsghdr+8:unix.SizeofNlMsghdr+12]):
		return row{}, unix.ENOENT // a listening socket: the kernel's second choice
	}
	return row{body[atState], native.Uint32(body[atUID:]), native.Uint32(body[atInode:])}, nil
}

// look looks for the socket in the text that the kernel makes of its table.
func look(source, destination netip.AddrPort) (row, error) {
	table := "/proc/net/tcp6"
	if source.Addr().Is4() {
		table = "/proc/net/tcp"
	}
	data, err := os.ReadFile(table)
	if err != nil {
		return row{}, err
	}
	return find(data, source, destination)
}

// find finds the socket in such a text; the row is empty without one.
func find(data []byte, source, destination netip.AddrPort) (row, error) {
	wanted := [][]byte{inTable(source), inTable(destination)}
	for line := range bytes.Lines(data) {
		fields := bytes.Fields(line)
		if len(fields) < 10 || !bytes.Equal(fields[1], wanted[0]) || !bytes.Equal(fields[2], wanted[1]) {
			continue
		}
		state, err1 := strconv.ParseUint(string(fields[3]), 16, 8)
		uid, err2 := strconv.ParseUint(string(fields[7]), 10, 32)
		inode, err3 := strconv.ParseUint(string(fields[9]), 10, 32)
		return row{uint8(state), uint32(uid), uint32(inode)}, errors.Join(err1, err2, err3)
	}
	return row{}, nil
}

// inTable is an address as that text has it: words of the machine's order, in hexadecimal.
func inTable(a netip.AddrPort) []byte {
	address := a.Addr().AsSlice()
	for i := 0; i < len(address); i += 4 {
		binary.NativeEndian.PutUint32(address[i:], binary.BigEndian.Uint32(address[i:]))
	}
	text := bytes.ToUpper(hex.AppendEncode(nil, address))
	return fmt.Appendf(text, ":%04X", a.Port())
}
