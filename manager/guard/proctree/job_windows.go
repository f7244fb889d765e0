package proctree

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A job is a Job Object: some processes and whatever they start, with no way out of
// it. The system kills them when the job is closed, at the latest at the end of this
// process. The zero job is none.
type job windows.Handle

// newJob makes a job; with a name, one that another process of the user can open.
func newJob(name string) (job, error) {
	var object *uint16
	if name != "" {
		var err error
		if object, err = windows.UTF16PtrFromString(name); err != nil {
			return 0, err
		}
	}
	handle, err := windows.CreateJobObject(nil, object)
	if err != nil {
		return 0, fmt.Errorf("make a job: %w", err)
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{
			// A crash ends its process, instead of opening a window and waiting for the user.
			LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | windows.JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION,
		},
	}
	j := job(handle)
	if err := j.set(windows.JobObjectExtendedLimitInformation, unsafe.Pointer(&limits), unsafe.Sizeof(limits)); err != nil {
		j.close()
		return 0, fmt.Errorf("limit a job: %w", err)
	}
	return j, nil
}

// The functions of x/sys would take addresses as mere numbers, which the runtime may
// make wrong by moving the stack; LazyProc.Call keeps them right.
var (
	setInformationJobObject   = kernel32.NewProc("SetInformationJobObject")
	queryInformationJobObject = kernel32.NewProc("QueryInformationJobObject")
)

func (j job) set(class uintptr, value unsafe.Pointer, size uintptr) error {
	if ok, _, err := setInformationJobObject.Call(uintptr(j), class, uintptr(value), size); ok == 0 {
		return err
	}
	return nil
}

// jobOf puts a process into a new job, inside the one it is in.
func jobOf(process windows.Handle, name string) (job, error) {
	j, err := newJob(name)
	if err != nil {
		return 0, err
	}
	if err := windows.AssignProcessToJobObject(windows.Handle(j), process); err != nil {
		j.close()
		return 0, fmt.Errorf("put a process into a job: %w", err)
	}
	return j, nil
}

// close kills what is left in the job.
func (j job) close() {
	if j != 0 {
		_ = windows.CloseHandle(windows.Handle(j)) // it is open
	}
}

// kill ends all members, as they are at one moment.
func (j job) kill() { _ = windows.TerminateJobObject(windows.Handle(j), killedStatus) } // fails when nobody is left

// members are the ids of the living processes in the job and in those inside it.
func (j job) members() ([]int, error) {
	if j == 0 {
		return nil, nil
	}
	const header = 2 * unsafe.Sizeof(uint32(0)) / unsafe.Sizeof(uintptr(0)) // how many there are, how many are listed
	for size := uintptr(64); ; size *= 2 {
		list := make([]uintptr, header+size)
		ok, _, err := queryInformationJobObject.Call(uintptr(j), windows.JobObjectBasicProcessIdList,
			uintptr(unsafe.Pointer(&list[0])), uintptr(len(list))*unsafe.Sizeof(list[0]), 0)
		if ok == 0 && errors.Is(err, windows.ERROR_MORE_DATA) {
			continue
		}
		if ok == 0 {
			return nil, fmt.Errorf("list a job's processes: %w", err)
		}
		listed := (*[2]uint32)(unsafe.Pointer(&list[0]))[1]
		pids := make([]int, listed)
		for i := range pids {
			pids[i] = int(list[header:][i])
		}
		return pids, nil
	}
}

var isProcessInJob = kernel32.NewProc("IsProcessInJob")

// killMember ends one process if it is the job's.
func (j job) killMember(pid int) error {
	process, err := windows.OpenProcess(windows.PROCESS_TERMINATE|windows.PROCESS_QUERY_INFORMATION, false, uint32(pid))
	if errors.Is(err, windows.ERROR_INVALID_PARAMETER) {
		return nil // gone
	} else if err != nil {
		return err
	}
	defer windows.CloseHandle(process)
	var member int32
	if ok, _, _ := isProcessInJob.Call(uintptr(process), uintptr(j), uintptr(unsafe.Pointer(&member))); ok != 0 && member != 0 {
		_ = windows.TerminateProcess(process, killedStatus) // it ends just now
	}
	return nil
}

// A departures port is told when members of jobs end.
type departures windows.Handle

func newDepartures() (departures, error) {
	port, err := windows.CreateIoCompletionPort(windows.InvalidHandle, 0, 0, 1)
	return departures(port), err
}

// of has the port told of the members of j.
func (d departures) of(j job) {
	if d == 0 || j == 0 {
		return
	}
	association := struct{ key, port windows.Handle }{windows.Handle(j), windows.Handle(d)} // JOBOBJECT_ASSOCIATE_COMPLETION_PORT
	err := j.set(windows.JobObjectAssociateCompletionPortInformation, unsafe.Pointer(&association), unsafe.Sizeof(association))
	if err != nil {
		complain(fmt.Errorf("hear of a job's processes: %w", err)) // they are found gone at the deadlines
	}
}

var getQueuedCompletionStatus = kernel32.NewProc("GetQueuedCompletionStatus")

// hear calls told after each end. It does not return.
func (d departures) hear(told func()) {
	const ( // JOB_OBJECT_MSG_… of winnt.h
		activeProcessZero   = 4
		exitProcess         = 7
		abnormalExitProcess = 8
	)
	for {
		var message uint32
		var key, pid uintptr // pid comes where others get a pointer, and must not look like one to the runtime
		ok, _, _ := getQueuedCompletionStatus.Call(uintptr(d), uintptr(unsafe.Pointer(&message)),
			uintptr(unsafe.Pointer(&key)), uintptr(unsafe.Pointer(&pid)), windows.INFINITE)
		if ok == 0 {
			return
		}
		switch message {
		case activeProcessZero, exitProcess, abnormalExitProcess:
			told()
		}
	}
}
