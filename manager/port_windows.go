package manager

import (
	"encoding/binary"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
)

var extendedTCPTable = windows.NewLazySystemDLL("iphlpapi.dll").NewProc("GetExtendedTcpTable")

// portHolder returns the program that listens on a TCP port, and its pid; 0 when it
// cannot be told.
func portHolder(port int) (name string, pid int) {
	const (
		ownerPIDListener = 3  // TCP_TABLE_OWNER_PID_LISTENER
		rowSize          = 24 // MIB_TCPROW_OWNER_PID: state, local address, local port, remote address, remote port, pid
	)
	var size uint32
	extendedTCPTable.Call(0, uintptr(unsafe.Pointer(&size)), 0, windows.AF_INET, ownerPIDListener, 0)
	if size < 4 {
		return "", 0
	}
	table := make([]byte, size+16*rowSize)
	size = uint32(len(table))
	if status, _, _ := extendedTCPTable.Call(uintptr(unsafe.Pointer(&table[0])), uintptr(unsafe.Pointer(&size)), 0,
		windows.AF_INET, ownerPIDListener, 0); status != 0 {
		return "", 0
	}
	rows := table[4:]
	for i := uint32(0); i < binary.LittleEndian.Uint32(table) && len(rows) >= rowSize; i++ {
		if int(binary.BigEndian.Uint16(rows[8:])) == port {
			pid := binary.LittleEndian.Uint32(rows[20:])
			return programName(pid), int(pid)
		}
		rows = rows[rowSize:]
	}
	return "", 0
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

// listensOn reports whether a process is known to listen on a TCP port; here only
// portHolder knows.
func listensOn(pid, port int) bool { return false }
