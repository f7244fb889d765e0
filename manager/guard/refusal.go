package guard

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
)

// causeOf takes the name of the program or the folder off an error of the system: it is told
// with it.
func causeOf(err error) error {
	_, isPath := errors.AsType[*os.PathError](err)
	_, isProgram := errors.AsType[*exec.Error](err)
	if errno, ok := errors.AsType[syscall.Errno](err); ok && (isPath || isProgram) {
		return errno
	}
	return err
}

// mostFirst is how much of a program's first line the system looks at, in bytes.
const mostFirst = 256

// interpreter is what the first line of a script names to run it, "" if it names none.
func interpreter(script string) string {
	file, err := os.Open(script)
	if err != nil {
		return ""
	}
	defer file.Close() // only read
	first := make([]byte, mostFirst)
	n, _ := io.ReadFull(file, first) // a short one is read in full
	line, _, _ := strings.Cut(string(first[:n]), "\n")
	line, named := strings.CutPrefix(line, "#!")
	if !named {
		return ""
	}
	line, _, _ = strings.Cut(strings.Trim(line, " \t"), " ")
	return line
}

// reasonOf sorts the errors of the system by what can be done about them.
func reasonOf(err error) Reason {
	is := func(targets ...error) bool {
		return slices.ContainsFunc(targets, func(target error) bool { return errors.Is(err, target) })
	}
	switch {
	case IsAddressInUse(err):
		return AddressInUse
	case is(syscall.E2BIG):
		return TooLarge
	case is(syscall.EAGAIN, syscall.ENOMEM, syscall.EMFILE, syscall.ENFILE, syscall.ETXTBSY):
		return TryAgain
	case is(os.ErrNotExist, os.ErrPermission, syscall.ENOEXEC):
		return NotExecutable
	}
	return OtherReason
}
