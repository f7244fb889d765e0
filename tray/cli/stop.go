package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// stop are the wishes of signals to end.
type stop struct {
	once  context.Context // ended by the first
	twice context.Context // ended by the second, which is not to wait for anything
	// hangUpIgnored says that whoever started the program, such as nohup, has it ignore the
	// end of the terminal: it goes on without the user's session.
	hangUpIgnored bool
}

// notifyStop takes the signals that ask for the end. A hang-up that is ignored stays so. A
// third signal ends the process at once.
func notifyStop(inTerminal bool) stop {
	s := stop{hangUpIgnored: signal.Ignored(syscall.SIGHUP)}
	wishes := []os.Signal{syscall.SIGTERM}
	if !s.hangUpIgnored {
		wishes = append(wishes, syscall.SIGHUP)
	}
	if inTerminal || interruptStopsTray {
		wishes = append(wishes, os.Interrupt)
	} else {
		signal.Notify(make(chan os.Signal, 1), os.Interrupt) // and nobody looks: its default ends the process
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, wishes...)
	once, first := context.WithCancel(context.Background())
	twice, second := context.WithCancel(context.Background())
	s.once, s.twice = once, twice
	go func() { // as long as the process
		<-signals
		first()
		<-signals
		second()
		signal.Reset(wishes...)
	}()
	return s
}
