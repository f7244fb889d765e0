package proctree

import "os"

// NameProcess names this process for tools such as ps and for the kernel's log, which show
// "exe" for what was executed by Program. On other systems the name is that of the file.
func NameProcess(name string) {
	_ = os.WriteFile("/proc/self/comm", []byte(name), 0) // without /proc there is no such name
}
