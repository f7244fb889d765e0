package inspect

import (
	"encoding/binary"
	"net/netip"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
)

var extendedTCPTable = windows.NewLazySystemDLL("iphlpapi.dll").NewProc("GetExtendedTcpTable")

// A tcpTable is the layout of a table of GetExtendedTcpTable.
type tcpTable struct {
	family        uintptr
	row, port, id int // length of a row, and offsets of port and process id in it, in bytes
}

var tcpTables = []tcpTable{
	{windows.AF_INET, 24, 8, 20},   // MIB_TCPROW_OWNER_PID
	{windows.AF_INET6, 56, 20, 52}, // MIB_TCP6ROW_OWNER_PID; many listen on [::] for both
}

// PortHolder returns who listens on a TCP port, at whatever address.
func PortHolder(at netip.AddrPort) Holder {
	tables := tcpTables
	if at.Addr().Is6() && !at.Addr().IsUnspecified() {
		tables = tables[1:] // no other gets connections to it
	}
	for _, table := range tables {
		if pid, _ := table.holder(int(at.Port())); pid != 0 {
			return Holder{Name: printable(programName(pid)), PID: int(pid)}
		}
	}
	return Holder{}
}

// Listening returns nothing here: at which addresses processes listen is not looked up.
func Listening([]int) []netip.AddrPort { return nil }

// DescendsFrom is not known here.
func DescendsFrom(_, _ int) bool { return false }

func (t tcpTable) holder(port int) (pid uint32, found bool) {
	const ownerPIDListener = 3 // TCP_TABLE_OWNER_PID_LISTENER
	var size uint32
	extendedTCPTable.Call(0, uintptr(unsafe.Pointer(&size)), 0, t.family, ownerPIDListener, 0)
	if size < 4 {
		return 0, false
	}
	table := make([]byte, int(size)+16*t.row) // for those that come meanwhile
	size = uint32(len(table))
	if status, _, _ := extendedTCPTable.Call(uintptr(unsafe.Pointer(&table[0])), uintptr(unsafe.Pointer(&size)), 0,
		t.family, ownerPIDListener, 0); status != 0 {
		return 0, false
	}
	rows := table[4:]
	for i := uint32(0); i < binary.LittleEndian.Uint32(table) && len(rows) >= t.row; i++ {
		if int(binary.BigEndian.Uint16(rows[t.port:])) == port {
			return binary.LittleEndian.Uint32(rows[t.id:]), true
		}
		rows = rows[t.row:]
	}
	return 0, false
}

func programName(pid uint32) string {
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return "a program"
	}
	defer windows.CloseHandle(process)
	path := make([]uint16, windows.MAX_LONG_PATH)
	size := uint32(len(path))
	if windows.QueryFullProcessImageName(process, 0, &path[0], &size) != nil {
		return "a program"
	}
	return filepath.Base(windows.UTF16ToString(path[:size]))
}

// ListensOn reports whether a process is known to listen on a TCP port; here only
// PortHolder knows.
func ListensOn(int, netip.AddrPort) bool { return false }
