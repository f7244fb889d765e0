// Package cli is the program's command line: each command in a file of its own, and the
// form of the program for a terminal.
package cli

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/tray/autostart"
	"agents-tray/tray/open"
)

// A double click is how this program is meant to be started on Windows.
func init() { cobra.MousetrapHelpText = "" }

// Main runs the command that the process was started with, and returns the process's exit
// status. release is the version of a build that does not know its commit (see version);
// builtins are commands of packages that this one does not know.
func Main(release string, builtins ...*cobra.Command) (status int) {
	if autostart.IsHelper(os.Args) {
		return autostart.Main(os.Args)
	}
	attachConsole()
	err := Commands(release, builtins...).Execute()
	switch {
	case err == nil:
		return StatusDone
	case errors.Is(err, control.ErrNotRunning):
		return StatusNotRunning
	}
	return StatusFailed
}

// The exit statuses of all commands. The platform's ui command and systemctl have the same
// meanings for theirs.
const (
	StatusDone       = 0
	StatusFailed     = 1 // the error is on standard error
	StatusNotRunning = 3 // there is no running instance to ask
)

// statusTable tells of them in the help and the manual.
func statusTable() string {
	return fmt.Sprintf(`The exit statuses of all commands:

    %d    It did what it was asked to do.
    %d    It did not, or what was looked at is not in order: a mistake in an
         option or in the services file, a service that failed, something
         that doctor found wrong. The reason is on standard error.
    %d    There is no running instance to ask.`, StatusDone, StatusFailed, StatusNotRunning)
}

// Commands returns the root command with all others below it.
func Commands(release string, builtins ...*cobra.Command) *cobra.Command {
	options := launch{version: version(release)}
	root := &cobra.Command{
		Use:   "agents-tray",
		Short: "Configurable Agents: Dashboard and Chat, started, watched and stopped from the tray",
		Long:  "Configurable Agents: Dashboard and Chat, started, watched and stopped from the tray\n\n" + statusTable(),
		Args:  cobra.NoArgs,
		RunE:  func(command *cobra.Command, _ []string) error { return options.run(command, false) },

		SilenceUsage: true, CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		Version: options.version,
	}
	ui := &cobra.Command{
		Use:   "ui",
		Short: "The same in the terminal, without a tray",
		Args:  cobra.NoArgs,
		RunE:  func(command *cobra.Command, _ []string) error { return options.run(command, true) },
	}
	options.flags(root)
	options.flags(ui)
	ui.Flags().BoolVar(&options.events, "json", false, "write what happens as lines of JSON")
	root.AddCommand(ui, initCommand(), statusCommand(), openCommand(),
		actionCommand(control.Start, "Start services, all if none is named, and wait until they are ready"),
		actionCommand(control.Stop, "Stop services, all if none is named, and wait until nothing of them is left"),
		actionCommand(control.Restart, "Restart services, all if none is named, and wait until they are ready"),
		logsCommand(), sessionsCommand(), autostartCommand(), checkCommand(), doctorCommand(release), schemaCommand(), versionCommand(release), quitCommand(), menuCommand(), doCommand())
	root.AddCommand(choiceCommands()...)
	root.AddCommand(builtins...)
	return root
}

// launch are the options of both forms of the program.
type launch struct {
	config.Options
	version  string
	database string // URL
	start    bool
	atLogin  bool         // the system has started it, not the user
	shown    bool         // to somebody at a display: by an icon, where there is one
	desktop  open.Desktop // that it was started from
	verbose  bool
	events   bool
}

func (l *launch) flags(command *cobra.Command) {
	flags := command.Flags()
	configFlag(command, &l.Options)
	flags.StringVar(&l.Host, "host", "", "`address` to listen on, this computer's only (default 127.0.0.1)")
	flags.Func("dashboard-port", "`port` of the Dashboard (default 7861)", port(&l.DashboardPort))
	flags.Func("chat-port", "`port` of the Chat (default 7860)", port(&l.ChatPort))
	flags.BoolVar(&l.NoChat, "no-chat", false, "do not start the Chat")
	flags.StringVar(&l.database, "db-url", "", "`URL` of the Python platform's database, such as sqlite:///configurable_agents.db: keep the session's state there, too")
	flags.StringVar(&l.MLflowURI, "mlflow-uri", "", "`URI` of MLflow, for the Python platform: passed on to its services in the services file")
	flags.Func("mlflow-port", "`port` of MLflow on this computer, for the same", port(&l.MLflowPort))
	flags.BoolVar(&l.start, "start", false, "start the services even if the last two sessions ended unexpectedly")
	flags.BoolVar(&l.atLogin, autostart.Flag, false, "")
	_ = flags.MarkHidden(autostart.Flag) // it is there: for what the system starts
	flags.BoolVarP(&l.verbose, "verbose", "v", false, "say more in the terminal")
}

func configFlag(command *cobra.Command, options *config.Options) {
	command.Flags().StringVar(&options.File, "config", "", "the services `file` (default services.yaml in "+config.Locate().Config+")")
}

// port reads a port's number.
func port(into *int) func(string) error {
	return func(text string) error {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || n == 0 {
			return errors.New("a port is a number from 1 to 65535")
		}
		*into = int(n)
		return nil
	}
}
