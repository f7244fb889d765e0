package guardtest

import (
	"os/exec"
	"strings"
)

// Run starts a service without a guard. Its standard input ends with this process.
func Run(kind string) (cmd *exec.Cmd, err error) {
	command := Command(kind)
	err = Patiently(func() error {
		cmd = exec.Command(command[0], command[1:]...)
		if _, err := cmd.StdinPipe(); err != nil {
			return err
		}
		return cmd.Start()
	})
	return cmd, err
}

// Patiently tries three times to start a process. On a busy computer wine's CreateProcess
// fails once in hundreds of times: the child says "sendmsg: Bad file descriptor", and
// the parent gets an error that Windows words differently.
func Patiently(start func() error) error {
	err := start()
	for try := 1; try < 3 && err != nil && strings.HasSuffix(err.Error(), ": Internal error."); try++ {
		err = start()
	}
	return err
}
