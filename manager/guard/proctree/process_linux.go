package proctree

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"syscall"
)

// A process is what the system says of one at a moment. Its id may be given again once it
// has ended, so PID and start together are its identity.
type process struct {
	pid, parent, group, session int
	start                       uint64 // in a unit of the system's own, since boot
	state                       byte
	threads                     int
}

// gone reports whether the whole process has ended. One whose first thread has ended, while
// others still hold its sockets, shows as a zombie but is not gone.
func (p process) gone() bool { return p.state == 'X' || p.state == 'Z' && p.threads <= 1 }

// same reports whether q is the same process at another moment.
func (p process) same(q process) bool { return p.pid == q.pid && p.start == q.start }

// lookup reads what /proc says of a process. The error is fs.ErrNotExist if there is none.
func lookup(pid int) (process, error) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return process{}, orGone(err)
	}
	// The name in parentheses may hold anything, parentheses included.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 {
		return process{}, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	p := process{pid: pid, state: fields[0][0]}
	for field, value := range map[int]*int{1: &p.parent, 2: &p.group, 3: &p.session, 17: &p.threads} {
		*value, _ = strconv.Atoi(string(fields[field])) // the kernel writes numbers
	}
	p.start, _ = strconv.ParseUint(string(fields[19]), 10, 64)
	return p, nil
}

// orGone returns fs.ErrNotExist for the errors by which the kernel says that a process has
// ended, others unchanged.
func orGone(err error) error {
	if errors.Is(err, syscall.ESRCH) || errors.Is(err, fs.ErrNotExist) {
		return fs.ErrNotExist
	}
	return err
}

// processes returns all processes that can be seen.
func processes() ([]process, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var found []process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		p, err := lookup(pid)
		switch {
		case err == nil:
			found = append(found, p)
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission): // hidepid: another user's
			return nil, err
		}
	}
	if len(found) == 0 { // not even this one
		return nil, errors.New("/proc lists no process")
	}
	return found, nil
}

// children returns the ids of the child processes of pid; none if it has ended.
func children(pid int) ([]int, error) {
	folder := "/proc/" + strconv.Itoa(pid) + "/task"
	tasks, err := os.ReadDir(folder)
	if errors.Is(orGone(err), fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var pids []int
	for _, task := range tasks {
		list, err := os.ReadFile(folder + "/" + task.Name() + "/children")
		if errors.Is(orGone(err), fs.ErrNotExist) {
			if _, err := os.Stat(folder + "/" + task.Name()); err == nil {
				return childrenAmongAll(pid) // the kernel has no such file
			}
			continue // the thread has ended
		} else if err != nil {
			return nil, err
		}
		for field := range bytes.FieldsSeq(list) {
			if child, err := strconv.Atoi(string(field)); err == nil {
				pids = append(pids, child)
			}
		}
	}
	slices.Sort(pids)
	return slices.Compact(pids), nil
}

// childrenAmongAll is children for kernels without CONFIG_PROC_CHILDREN.
func childrenAmongAll(parent int) ([]int, error) {
	all, err := processes()
	var pids []int
	for _, p := range childrenAmong(all, parent) {
		pids = append(pids, p.pid)
	}
	return pids, err
}

// environ returns the environment block of a process as it was started with, or what it has
// written over it.
func environ(pid int) (string, error) {
	block, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	return string(block), orGone(err)
}

// details adds to what is known of a process what people and reports need of it.
func details(p process) (name string, user int, traced bool) {
	status, _ := os.ReadFile("/proc/" + strconv.Itoa(p.pid) + "/status") // gone: then nobody reports it
	user = -1
	for line := range bytes.Lines(status) {
		key, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		switch fields := bytes.Fields(value); string(key) {
		case "Name":
			name = string(bytes.TrimSpace(value))
		case "Uid":
			if len(fields) > 1 {
				user, _ = strconv.Atoi(string(fields[1])) // the effective one, which decides whether it may be signalled, is root's first
			}
		case "TracerPid":
			traced = string(bytes.TrimSpace(value)) != "0"
		}
	}
	return name, user, traced
}
