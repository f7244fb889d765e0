package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/manager/logs"
)

// logsCommand shows what services printed, of a running instance or of one that was.
func logsCommand() *cobra.Command {
	var wanted logRange
	command := &cobra.Command{
		Use: "logs [SERVICE…]", Short: "What services printed, of several merged by time", ValidArgsFunction: completeServices(isStartedHere),
		RunE: func(command *cobra.Command, names []string) error {
			folders, _ := control.Find() // without an instance its files are read
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			if wanted.since > 0 && !command.Flags().Changed("lines") {
				wanted.lines = mostLines
			}
			return printLogs(ctx, os.Stdout, folders, names, wanted)
		},
	}
	command.Flags().IntVarP(&wanted.lines, "lines", "n", 200, "how many of the last lines of each service")
	command.Flags().BoolVarP(&wanted.follow, "follow", "f", false, "go on with new lines until Ctrl-C")
	command.Flags().DurationVar(&wanted.since, "since", 0, "only lines that are not older, such as `10m` or 2h")
	return command
}

// mostLines is how many lines of a service --since reads at most.
const mostLines = 10_000

// logRange says which lines are wanted.
type logRange struct {
	lines  int           // of each service, at most
	since  time.Duration // their age at most; 0: any
	follow bool          // and new ones until the context ends
}

// printLogs prints lines of services, of all where none is named: time, stream and text,
// and the service's name where there are several. What is there already is sorted by time;
// new lines follow as they come. The running instance is asked; without one the files are
// read. Colours reach a terminal only, and no
// other escape sequence reaches anything.
func printLogs(ctx context.Context, out io.Writer, folders config.Folders, names []string, wanted logRange) error {
	if wanted.lines < 1 || wanted.lines > mostLines {
		return fmt.Errorf("-n %d: give a number from 1 to %d", wanted.lines, mostLines)
	}
	if wanted.since < 0 {
		return fmt.Errorf("--since %v: give how long ago, such as 10m or 2h", wanted.since)
	}
	source, known := openLogSource(ctx, folders)
	if len(names) == 0 {
		names = known
	}
	if len(names) == 0 {
		return fmt.Errorf("nothing was logged yet in %s: start agents-tray first", folders.Logs())
	}
	printer := newLogPrinter(out, names)
	var err error
	if wanted.follow {
		err = followLogs(ctx, source, names, wanted, printer)
	} else {
		err = printLast(ctx, source, names, wanted, printer)
	}
	if ctx.Err() != nil {
		return nil // the user has seen enough
	}
	var missing noLog
	if errors.As(err, &missing) {
		return whichLog(missing, known, folders)
	}
	return err
}

// printLast prints the lines that are there.
func printLast(ctx context.Context, source logSource, names []string, wanted logRange, printer *logPrinter) error {
	var all []serviceLine
	for _, name := range names {
		lines, err := source.tail(ctx, name, wanted.lines)
		if err != nil {
			return err
		}
		all = append(all, recent(name, lines, wanted.since)...)
	}
	sortByTime(all)
	return printer.print(all)
}

// followLogs prints the lines that are there when all services have told theirs, then each new
// one as it comes.
func followLogs(ctx context.Context, source logSource, names []string, wanted logRange, printer *logPrinter) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	type batch struct {
		service string
		lines   []logs.Line // none: those that were there have been told
		ended   error       // of the log, which is not followed any more
	}
	batches := make(chan batch)
	for _, name := range names {
		go func() {
			send := func(b batch) {
				select {
				case batches <- b:
				case <-ctx.Done():
				}
			}
			err := source.follow(ctx, name, wanted.lines, func(lines []logs.Line) error {
				send(batch{service: name, lines: lines})
				return ctx.Err()
			})
			send(batch{service: name, ended: err})
		}()
	}
	var first []serviceLine // until waiting is 0
	for waiting := len(names); ; {
		var b batch
		select {
		case b = <-batches:
		case <-ctx.Done():
			return ctx.Err()
		}
		lines := recent(b.service, b.lines, wanted.since)
		switch {
		case b.ended != nil:
			return b.ended
		case waiting > 0 && len(b.lines) > 0:
			first = append(first, lines...)
			continue
		case waiting > 0:
			if waiting--; waiting > 0 {
				continue
			}
			sortByTime(first)
			lines = first
		}
		if err := printer.print(lines); err != nil {
			return err
		}
	}
}

// noLog says that a service has no log.
type noLog struct{ service string }

func (e noLog) Error() string { return fmt.Sprintf("there is no log of a service %q", e.service) }

// whichLog complains of a service that has no log, and lists those that have.
func whichLog(missing noLog, known []string, folders config.Folders) error {
	if len(known) == 0 {
		return fmt.Errorf("%w. Nothing was logged yet in %s: start agents-tray first", missing, folders.Logs())
	}
	return fmt.Errorf("%w. There are %s: agents-tray logs %s", missing, strings.Join(known, ", "), known[0])
}
