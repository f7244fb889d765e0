//go:build unix

package guardtest

import (
	"os"
	"os/signal"
	"syscall"
)

// silenced receives when the service is told to behave as if it hung.
func silenced() <-chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	return c
}

func attributes(ownSession bool) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: ownSession}
}
