package guardtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Left returns the processes, as "pid program", that run the program of this test,
// itself excepted. The environment of another process cannot be read here, so
// assignments are not looked at.
func Left(assignments ...string) []string {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		panic(err)
	}
	defer windows.CloseHandle(snapshot)
	var left []string
	entry := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err = windows.Process32First(snapshot, &entry); err == nil; err = windows.Process32Next(snapshot, &entry) {
		name := windows.UTF16ToString(entry.ExeFile[:])
		if strings.EqualFold(name, filepath.Base(self)) && entry.ProcessID != windows.GetCurrentProcessId() && lives(entry.ProcessID) {
			left = append(left, fmt.Sprintf("%d %s", entry.ProcessID, name))
		}
	}
	return left
}

// lives tells a process from what is kept of one that has ended, while somebody holds it.
func lives(pid uint32) bool {
	process, err := windows.OpenProcess(windows.SYNCHRONIZE, false, pid)
	if err != nil {
		return false
	}
	defer windows.CloseHandle(process)
	state, err := windows.WaitForSingleObject(process, 0)
	return err == nil && state == uint32(windows.WAIT_TIMEOUT)
}
