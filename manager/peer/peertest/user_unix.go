//go:build unix

// Package peertest makes a second user of the computer, for tests of who gets in.
package peertest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
	"testing"
)

// A User is another user of this computer than the one who runs the test.
type User struct {
	t        testing.TB
	name     string
	uid, gid uint32
}

// NewUser makes a user with useradd, who is gone after the test. It takes root: for others
// the test fails, and says so.
func NewUser(t testing.TB) *User {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("this test takes a second user of this computer, whom only root can make: run it as root")
	}
	name := fmt.Sprintf("stranger-%d", os.Getpid())
	// flock: tests of other packages make users, too, and useradd does not wait for its turn.
	const lock = "/run/lock/agents-tray-users"
	if out, err := exec.Command("flock", lock, "useradd", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/sh", name).CombinedOutput(); err != nil {
		t.Fatalf("useradd: %v\n%s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("flock", lock, "userdel", name).CombinedOutput(); err != nil {
			t.Errorf("userdel: %v\n%s", err, out)
		}
	})
	found, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return &User{t, name, number(t, found.Uid), number(t, found.Gid)}
}

func number(t testing.TB, text string) uint32 {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(n)
}

// Command is a command that the user runs, in / and with an environment of their own.
func (u *User) Command(name string, args ...string) *exec.Cmd {
	command := exec.Command(name, args...)
	command.Dir = "/"
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "USER=" + u.name, "HOME=/nonexistent"}
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: u.uid, Gid: u.gid}}
	return command
}

// Get asks for a URL as the user, and returns the status and the body of the response.
func (u *User) Get(url string, options ...string) (status int, body string) {
	u.t.Helper()
	const mark = "\nstatus "
	args := append([]string{"--silent", "--show-error", "--max-time", "20", "--noproxy", "*", "--write-out", mark + "%{http_code}"}, options...)
	out, err := u.Command("curl", append(args, url)...).CombinedOutput()
	if err != nil {
		u.t.Fatalf("curl %s: %v\n%s", url, err, out)
	}
	at := len(out) - len(mark) - 3
	status, err = strconv.Atoi(string(out[at+len(mark):]))
	if err != nil {
		u.t.Fatalf("curl %s: %s", url, out)
	}
	return status, string(out[:at])
}
