//go:build unix

package manager

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// askLoginShell returns the PATH of a login shell that is interactive, too: people write what
// adds to it into the start-up files of either. "" says that the shell did not tell it in time.
func askLoginShell(ctx context.Context) string {
	const mark = "agents-tray-path"
	shell := exec.CommandContext(ctx, cmp.Or(os.Getenv("SHELL"), "/bin/sh"), "-l", "-i", "-c", "echo "+mark+"; env; echo "+mark)
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // it has no terminal that it could wait for
	shell.Cancel = func() error { return syscall.Kill(-shell.Process.Pid, syscall.SIGKILL) }
	shell.WaitDelay = time.Second
	var said bytes.Buffer
	shell.Stdout = &said
	_ = shell.Run() // its start-up files may fail, and PATH be right
	_, between, _ := strings.Cut(said.String(), mark+"\n")
	variables, _, whole := strings.Cut(between, mark)
	if !whole {
		return ""
	}
	for line := range strings.Lines(variables) {
		if path, found := strings.CutPrefix(line, "PATH="); found {
			return strings.TrimSpace(path)
		}
	}
	return ""
}
