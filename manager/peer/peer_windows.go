package peer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/windows"
)

var extendedTCPTable = windows.NewLazySystemDLL("iphlpapi.dll").NewProc("GetExtendedTcpTable")

// A table is the layout of a table of GetExtendedTcpTable: the length of a row, and where
// it has what counts, in bytes.
type table struct {
	family                                                        uintptr
	row, state, address, port, remoteAddress, remotePort, process int
}

var (
	table4 = table{windows.AF_INET, 24, 0, 4, 8, 12, 16, 20}    // MIB_TCPROW_OWNER_PID
	table6 = table{windows.AF_INET6, 56, 48, 0, 20, 24, 44, 52} // MIB_TCP6ROW_OWNER_PID
)

// check asks for the process at the other end, and for the user of its token.
func check(near, far netip.AddrPort) error {
	near, far = unmapped(near), unmapped(far)
	t := table6
	if far.Addr().Is4() {
		t = table4
	}
	process, err := t.holder(far, near)
	if err != nil {
		return err
	}
	theirs, err := userOf(process)
	if errors.Is(err, windows.ERROR_ACCESS_DENIED) {
		return ErrOtherUser // one may ask about one's own
	}
	if err != nil {
		return fmt.Errorf("whose the other end is: %w", err)
	}
	ours, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return fmt.Errorf("who this user is: %w", err)
	}
	if !theirs.Equals(ours.User.Sid) {
		return ErrOtherUser
	}
	return nil
}

func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// holder returns the process that has the established connection from source to
// destination.
func (t table) holder(source, destination netip.AddrPort) (uint32, error) {
	const (
		ownerPIDConnections = 4 // TCP_TABLE_OWNER_PID_CONNECTIONS
		established         = 5 // MIB_TCP_STATE_ESTAB
	)
	var size uint32
	extendedTCPTable.Call(0, uintptr(unsafe.Pointer(&size)), 0, t.family, ownerPIDConnections, 0)
	rows := make([]byte, int(size)+64*t.row+4) // for those that come meanwhile
	size = uint32(len(rows))
	if status, _, _ := extendedTCPTable.Call(uintptr(unsafe.Pointer(&rows[0])), uintptr(unsafe.Pointer(&size)), 0,
		t.family, ownerPIDConnections, 0); status != 0 {
		return 0, fmt.Errorf("the system's table of connections: %w", windows.Errno(status))
	}
	count := binary.LittleEndian.Uint32(rows)
	for rows = rows[4:]; count > 0 && len(rows) >= t.row; count, rows = count-1, rows[t.row:] {
		if binary.LittleEndian.Uint32(rows[t.state:]) == established &&
			t.is(rows[t.address:], rows[t.port:], source) && t.is(rows[t.remoteAddress:], rows[t.remotePort:], destination) {
			return binary.LittleEndian.Uint32(rows[t.process:]), nil
		}
	}
	return 0, ErrGone
}

func (t table) is(address, port []byte, wanted netip.AddrPort) bool {
	found, _ := netip.AddrFromSlice(address[:len(wanted.Addr().AsSlice())])
	return found == wanted.Addr() && binary.BigEndian.Uint16(port) == wanted.Port()
}

func userOf(id uint32) (*windows.SID, error) {
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, id)
	if err != nil {
		return nil, err
	}
	defer windows.CloseHandle(process)
	var token windows.Token
	if err := windows.OpenProcessToken(process, windows.TOKEN_QUERY, &token); err != nil {
		return nil, err
	}
	defer token.Close()
	user, err := token.GetTokenUser()
	if err != nil {
		return nil, err
	}
	return user.User.Sid, nil
}
