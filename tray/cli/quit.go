package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"agents-tray/manager/control"
)

// quitCommand ends the running instance from elsewhere, as an installer does before it
// replaces the program.
func quitCommand() *cobra.Command {
	return &cobra.Command{
		Use: "quit", Short: "Ask the running instance to stop everything, and wait until it has", Args: cobra.NoArgs,
		Long: "Ask the running instance to stop everything, and wait until it has.\n\n" +
			"Workflows that run are cut off, as by a signal. \"agents-tray do quit\" asks first.",
		RunE: func(command *cobra.Command, _ []string) error {
			ran, err := control.QuitRunning(command.Context())
			if err != nil {
				return err
			}
			if ran {
				fmt.Fprintln(command.OutOrStdout(), "Everything is stopped.")
			} else {
				fmt.Fprintln(command.OutOrStdout(), "It is not running.")
			}
			return nil
		},
	}
}
