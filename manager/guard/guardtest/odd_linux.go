package guardtest

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// joinParentsGroup leaves this process's group for that of its parent.
func joinParentsGroup() error {
	group, err := syscall.Getpgid(os.Getppid())
	if err == nil {
		err = syscall.Setpgid(0, group)
	}
	return err
}

// overwriteEnvironment does what servers do that show their state in the list of processes:
// it writes over the environment that others see of this process.
func overwriteEnvironment() error {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return err
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	begin, err := strconv.ParseInt(string(fields[47]), 10, 64) // env_start is the 50th field, the state the third
	if err != nil {
		return err
	}
	end, err := strconv.ParseInt(string(fields[48]), 10, 64)
	if err != nil {
		return err
	}
	memory, err := os.OpenFile("/proc/self/mem", os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer memory.Close()
	_, err = memory.WriteAt(make([]byte, end-begin), begin)
	return err
}

// becomeRoot makes this process root's, whose file must be root's with the set-user-id bit.
func becomeRoot() error { return syscall.Setuid(0) }

// The main goroutine stays on the first thread if it is to end that.
func init() {
	if len(os.Args) > 2 && os.Args[1] == argument && os.Args[2] == LosesMain {
		runtime.LockOSThread()
	}
}

// endFirstThread ends the first thread of this process, which others outlive. It must be called by
// the main goroutine, and does not return.
func endFirstThread() { _, _, _ = syscall.RawSyscall(syscall.SYS_EXIT, 0, 0, 0) } // no result: it does not return

// withoutCalls are what a system of that kind does not have or refuses, as older kernels and
// sandboxes do.
var withoutCalls = map[string][]uint32{
	WithoutPidfd: {unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_SEND_SIGNAL, unix.SYS_CLONE3},
	WithoutPrctl: {unix.SYS_PRCTL},
}

// guardWithoutCalls executes the guard on such a system.
func guardWithoutCalls(kind string) error {
	runtime.LockOSThread() // the filter is this thread's, and goes with what it executes
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	refuse := func(call uint32) unix.SockFilter { // to the last instruction if it is that call
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call}
	}
	program := []unix.SockFilter{load(0)}
	for _, call := range withoutCalls[kind] {
		program = append(program, refuse(call))
	}
	program = append(program, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)})
	for i := range program[:len(program)-2] {
		if i > 0 {
			program[i].Jt = uint8(len(program) - 2 - i)
		}
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&filter)), 0, 0); err != nil {
		return fmt.Errorf("filter system calls: %w", err)
	}
	return syscall.Exec("/proc/self/exe", []string{"guard", "guard"}, os.Environ())
}
