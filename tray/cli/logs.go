package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"os/signal"
	"syscall"

	"agents-tray/manager/logs"

	"github.com/spf13/cobra"
)

// logsCommand shows what a service printed, of a running instance or of one that was.
func logsCommand() *cobra.Command {
	var lines int
	var follow bool
	command := &cobra.Command{Use: "logs SERVICE", Short: "What a service printed", Args: cobra.ArbitraryArgs, RunE: func(_ *cobra.Command, args []string) error {
		folders, _ := control.Find() // without an instance its files are read
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		if len(args) != 1 {
			return whichLog(ctx, folders, "name one service")
		}
		return printLogs(ctx, os.Stdout, folders, args[0], lines, follow)
	}}
	command.Flags().IntVarP(&lines, "lines", "n", 200, "how many of the last lines")
	command.Flags().BoolVarP(&follow, "follow", "f", false, "go on with new lines until Ctrl-C")
	return command
}

// printLogs prints the last lines of what a service printed and, with follow, each new one
// until ctx ends: its time, its stream and its text. The running instance is asked;
// without one the files are read. Escape sequences reach a terminal only.
func printLogs(ctx context.Context, out io.Writer, folders config.Folders, service string, lines int, follow bool) error {
	if lines < 1 {
		return fmt.Errorf("-n %d: give a number from 1", lines)
	}
	file, isFile := out.(*os.File)
	p := logPrinter{bufio.NewWriter(out), isFile && term.IsTerminal(int(file.Fd()))}
	err := p.fromInstance(ctx, folders, service, lines, follow)
	if errors.Is(err, errNoInstance) {
		err = p.fromFiles(ctx, folders, service, lines, follow)
	}
	if ctx.Err() != nil {
		return nil // the user has seen enough
	}
	var refused *control.Refused
	if errors.Is(err, errNoLog) || errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return whichLog(ctx, folders, fmt.Sprintf("there is no log of a service %q", service))
	}
	return err
}

// whichLog complains of the service that was asked for, and lists those that there are.
func whichLog(ctx context.Context, folders config.Folders, complaint string) error {
	names := logged(ctx, folders)
	if len(names) == 0 {
		return fmt.Errorf("%s. Nothing was logged yet in %s: start agents-tray first", complaint, folders.Logs())
	}
	return fmt.Errorf("%s. There are %s: agents-tray logs %s", complaint, strings.Join(names, ", "), names[0])
}

// logged are the services that have a log: those of the running instance, in their order;
// without one, those of the files.
func logged(ctx context.Context, folders config.Folders) (names []string) {
	if address, err := control.ReadAddress(folders.Control(), folders.SpareControl()); err == nil {
		if status, err := control.NewClient(address).Status(ctx); err == nil {
			for _, service := range status.Services {
				names = append(names, service.Name)
			}
			return names
		}
	}
	files, _ := filepath.Glob(filepath.Join(folders.Logs(), "*.log")) // the pattern is right
	for _, file := range files {
		if file != folders.GuardLog() {
			names = append(names, strings.TrimSuffix(filepath.Base(file), ".log"))
		}
	}
	return names
}

var (
	errNoInstance = errors.New("no instance answers")
	errNoLog      = errors.New("there is no such log")
)

type logPrinter struct {
	out      *bufio.Writer
	terminal bool
}

func (p logPrinter) fromInstance(ctx context.Context, folders config.Folders, service string, lines int, follow bool) error {
	client, err := control.ClientFor(folders)
	if err != nil {
		return errNoInstance
	}
	var refused *control.Refused
	if !follow {
		log, err := client.Log(ctx, service, lines)
		if err == nil || errors.As(err, &refused) {
			return errors.Join(err, p.print(log.Lines))
		}
		return errNoInstance
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	answered := false
	var broken error
	err = client.Follow(ctx, service, lines, func(lines []logs.Line) {
		answered = true
		if broken = p.print(lines); broken != nil {
			stop()
		}
	})
	switch {
	case broken != nil:
		return broken
	case errors.As(err, &refused):
		return err
	case answered:
		return errors.New("the log ends here: Configurable Agents was stopped")
	}
	return errNoInstance
}

func (p logPrinter) fromFiles(ctx context.Context, folders config.Folders, service string, lines int, follow bool) error {
	path := filepath.Join(folders.Logs(), service+".log")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || filepath.Dir(path) != filepath.Clean(folders.Logs()) {
		return errNoLog
	}
	if follow {
		return logs.Follow(ctx, path, lines, p.print)
	}
	log, err := logs.Tail(path, lines)
	return errors.Join(err, p.print(log))
}

func (p logPrinter) print(lines []logs.Line) error {
	for _, line := range lines {
		text := line.Text
		switch {
		case !p.terminal:
			text = logs.Plain(text)
		case strings.ContainsRune(text, '\x1b'):
			text += "\x1b[0m" // its colour ends with it
		}
		if !line.Time.IsZero() {
			fmt.Fprintf(p.out, "%s %-3s ", line.Time.Local().Format("2006-01-02 15:04:05.000"), line.Stream)
		}
		fmt.Fprintln(p.out, text)
	}
	return p.out.Flush()
}
