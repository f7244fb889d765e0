//go:build !linux

package guardtest

import "errors"

var errLinux = errors.New("only on Linux")

func joinParentsGroup() error        { return errLinux }
func overwriteEnvironment() error    { return errLinux }
func endFirstThread()                { panic(errLinux) }
func becomeRoot() error              { return errLinux }
func guardWithoutCalls(string) error { return errLinux }
