package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// stop is what the signals that ask for the end have asked for so far.
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
	ends := []os.Signal{syscall.SIGTERM}
	if !s.hangUpIgnored {
		ends = append(ends, syscall.SIGHUP)
	}
	if inTerminal || interruptStopsTray {
		ends = append(ends, os.Interrupt)
	} else {
		signal.Notify(make(chan os.Signal, 1), os.Interrupt) // ignored: by default it ends the process
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, ends...)
	once, first := context.WithCancel(context.Background())
	twice, second := context.WithCancel(context.Background())
	s.once, s.twice = once, twice
	go func() { // as long as the process
		<-signals
		first()
		<-signals
		second()
		signal.Reset(ends...)
	}()
	return s
}
