package guardtest

import "syscall"

func attributes(bool) *syscall.SysProcAttr { return nil }
