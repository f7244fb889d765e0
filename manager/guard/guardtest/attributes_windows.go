package guardtest

import (
	"os"
	"syscall"
)

// silenced never receives: there is no signal for it.
func silenced() <-chan os.Signal { return nil }

func attributes(bool) *syscall.SysProcAttr { return nil }
