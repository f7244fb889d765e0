package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/words"
)

// statusCommand shows how the running instance and its services stand.
func statusCommand() *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use:   "status",
		Short: "How the services stand",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			status, err := currentStatus(command.Context())
			if err != nil {
				return err
			}
			if asJSON {
				encoder := json.NewEncoder(command.OutOrStdout())
				encoder.SetIndent("", "  ")
				return encoder.Encode(status)
			}
			return printStatus(command.OutOrStdout(), status, time.Now())
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "as JSON, with all that is known")
	return command
}

// currentStatus asks the running instance; control.ErrNotRunning if there is none.
func currentStatus(ctx context.Context) (control.Status, error) {
	client, err := runningClient()
	if err != nil {
		return control.Status{}, err
	}
	status, err := client.Status(ctx)
	return status, unanswered(err)
}

// runningClient returns a client of the running instance; control.ErrNotRunning if there
// is none.
func runningClient() (*control.Client, error) {
	folders, err := control.Find()
	if err != nil {
		return nil, err
	}
	return running(folders)
}

// printStatus prints a table of the services, and what is wrong with any below it.
func printStatus(to io.Writer, status control.Status, now time.Time) error {
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tSTATE\tSINCE\tRESTARTS\tADDRESS")
	for _, s := range status.Services {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\n", s.Name, s.State, since(s, now), s.Restarts, cmp.Or(s.URL, s.Address, "-"))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, s := range status.Services {
		if s.Problem != nil {
			fmt.Fprintf(to, "\n%s: %s\n", s.Name, words.English.Report(s.Problem))
		}
	}
	for _, notice := range status.Notices {
		fmt.Fprintf(to, "\nNote: %s\n", notice)
	}
	if status.Unclean != nil {
		fmt.Fprintf(to, "\nThe last session ended unexpectedly: %s\n", status.Unclean.Cause)
	}
	return nil
}

// since says for how long the service's process has been running; of one that is not, "-".
func since(s manager.Service, now time.Time) string {
	if !s.State.Live() || s.Started.IsZero() {
		return "-"
	}
	return words.English.Duration(max(0, now.Sub(s.Started)))
}

// orDash stands for an empty cell of a table.
func orDash(text string) string { return cmp.Or(text, "-") }
