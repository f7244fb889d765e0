package proctree

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// cgroups are the control groups of the runs: one for each start of a service, below one of
// the guard's, where the group that this process is in is delegated to us, as systemd's user
// manager does for desktop programs. No descendant leaves its group by itself, whatever it
// calls itself. A nil cgroups makes none.
type cgroups struct {
	folder string         // of the guard's own
	made   int            // how many have been made
	byRun  map[int]string // folder, by process id of the run's leader
}

// newCgroups returns nil where no group is delegated to us.
func newCgroups() *cgroups {
	own := ownCgroup()
	if own == "" {
		return nil
	}
	folder := filepath.Join(own, "agents-tray-"+os.Getenv(GuardVariable))
	if os.Getenv(GuardVariable) == "" || os.Mkdir(folder, 0o755) != nil {
		return nil
	}
	return &cgroups{folder: folder, byRun: map[int]string{}}
}

// ownCgroup returns the folder of the group (version 2) that this process is in, if it is
// this user's; empty if not, or if it is the root of all.
func ownCgroup() string {
	path := cgroupPath("self")
	if path == "" || path == "/" || strings.HasPrefix(path, "/..") {
		return ""
	}
	for _, mount := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
		folder := filepath.Join(mount, path)
		var info unix.Stat_t
		if unix.Stat(filepath.Join(folder, "cgroup.procs"), &info) == nil && int(info.Uid) == os.Getuid() {
			return folder
		}
	}
	return ""
}

// cgroupPath returns the path of the group (version 2) that a process is in, from the root of
// all; empty if there is none, or the process has ended. process is an id, or "self".
func cgroupPath(process string) string {
	text, _ := os.ReadFile("/proc/" + process + "/cgroup")
	for line := range strings.Lines(string(text)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return path
		}
	}
	return ""
}

// fork starts a process in a new group. Where the kernel cannot do that at once it is
// started without one, and so are all that follow.
func (c *cgroups) fork(path string, argv []string, attributes *syscall.ProcAttr) (pid int, cgroup string, err error) {
	if c != nil && c.folder != "" {
		cgroup = filepath.Join(c.folder, strconv.Itoa(c.made))
		c.made++
		if pid, err = forkInto(cgroup, path, argv, attributes); err == nil {
			c.byRun[pid] = cgroup
			return pid, cgroup, nil
		}
		_ = os.Remove(cgroup) // it is empty
	}
	pid, plain := syscall.ForkExec(path, argv, attributes)
	if plain == nil && c != nil && err != nil {
		c.folder = "" // it was the group's fault
	}
	return pid, "", plain
}

func forkInto(cgroup, path string, argv []string, attributes *syscall.ProcAttr) (int, error) {
	if err := os.Mkdir(cgroup, 0o755); err != nil {
		return 0, err
	}
	folder, err := unix.Open(cgroup, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(folder)
	into, sys := *attributes, *attributes.Sys
	sys.UseCgroupFD, sys.CgroupFD = true, folder
	into.Sys = &sys
	return syscall.ForkExec(path, argv, &into)
}

// members returns the processes in the group of a run.
func (c *cgroups) members(leader int) ([]int, error) {
	if c == nil {
		return nil, nil
	}
	return cgroupMembers(c.byRun[leader])
}

// remove removes the group of a run, which nobody is in any more.
func (c *cgroups) remove(leader int) {
	if c != nil {
		removeCgroup(c.byRun[leader])
		delete(c.byRun, leader)
	}
}

func (c *cgroups) removeAll() {
	if c != nil && c.folder != "" {
		_ = os.Remove(c.folder) // else it stays until the user logs off: it takes no room
	}
}

// cgroupMembers returns the processes in a group and in those that were made inside it.
func cgroupMembers(folder string) ([]int, error) {
	if folder == "" {
		return nil, nil
	}
	var pids []int
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone, and so it was empty
		}
		if err != nil || !entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(path, "cgroup.procs"))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENODEV) {
			return nil
		} else if err != nil {
			return err
		}
		for field := range bytes.FieldsSeq(text) {
			if pid, err := strconv.Atoi(string(field)); err == nil && pid != 0 {
				pids = append(pids, pid)
			}
		}
		return nil
	})
	return pids, err
}

// removeCgroup removes an empty group, and those made inside it.
func removeCgroup(folder string) {
	if folder == "" {
		return
	}
	var inside []string
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			inside = append(inside, path)
		}
		return nil
	})
	for _, path := range slices.Backward(inside) {
		_ = os.Remove(path) // fails if somebody is in it
	}
}

// inCgroup reports whether a process is in a group.
func inCgroup(pid int, folder string) bool {
	// The guard's part of the path is random, so the end of it is enough.
	own := filepath.Join(filepath.Base(filepath.Dir(folder)), filepath.Base(folder))
	return strings.Contains(cgroupPath(strconv.Itoa(pid))+"/", "/"+own+"/")
}
