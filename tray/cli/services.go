package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"agents-tray/manager"
	"agents-tray/manager/control"
)

// actionCommand starts, stops or restarts services of the running instance, and waits
// until they have.
func actionCommand(action control.Action, short string) *cobra.Command {
	var noWait bool
	command := &cobra.Command{
		Use:               string(action) + " [SERVICE…]",
		Short:             short,
		ValidArgsFunction: completeServices(isStartedHere),
		RunE: func(command *cobra.Command, names []string) error {
			client, err := runningClient()
			if err != nil {
				return err
			}
			return act(command.Context(), client, action, names, !noWait, command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	command.Flags().BoolVar(&noWait, "no-wait", false, "do not wait for the outcome")
	return command
}

// act asks for the action, for all services where no names are given, and prints what has
// come of it as soon as it is known. The error joins those of services that failed. What there
// is to know meanwhile goes to notes.
func act(ctx context.Context, client *control.Client, action control.Action, names []string, wait bool, out, notes io.Writer) error {
	status, err := client.Status(ctx)
	if err != nil {
		return unanswered(err)
	}
	if names, err = chosenServices(status, action, names); err != nil {
		return err
	}
	before := map[string]manager.Service{}
	for _, name := range names {
		before[name], _ = status.Service(name)
		if err := client.Act(ctx, name, action); err != nil {
			return fmt.Errorf("%s %s: %w", action, name, unanswered(err))
		}
	}
	if !wait {
		return nil
	}
	w := waiting{action: action, before: before, open: names, out: out, notes: notes, noted: map[string]bool{}}
	return w.await(ctx, client)
}

// chosenServices are the services that an action is about: those named, or all. What
// depends on others is stopped first. A service that runs once is not started by "all", and one
// that is only watched is neither started nor stopped.
func chosenServices(status control.Status, action control.Action, names []string) ([]string, error) {
	if len(names) == 0 {
		for _, s := range status.Services {
			if s.Watched {
				continue // what runs it is elsewhere
			}
			if action == control.Stop && s.State != manager.Stopped || action != control.Stop && !s.Once && !s.Leaving {
				names = append(names, s.Name)
			}
		}
		if action == control.Stop {
			slices.Reverse(names)
		}
		return names, nil
	}
	for _, name := range names {
		if _, known := status.Service(name); !known {
			return nil, unknownService(name, status)
		}
	}
	return names, nil
}

func unknownService(name string, status control.Status) error {
	text := fmt.Sprintf("there is no service %q. There are:", name)
	for _, s := range status.Services {
		text += " " + s.Name
	}
	return errors.New(text)
}

// completeServices completes the names of those services of the running instance that a command
// can do something for.
func completeServices(fits func(manager.Service) bool) cobra.CompletionFunc {
	return func(command *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
		status, err := currentStatus(command.Context())
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		for _, s := range status.Services {
			if fits(s) && !slices.Contains(given, s.Name) {
				names = append(names, s.Name)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

func isStartedHere(s manager.Service) bool { return !s.Watched }
func hasPage(s manager.Service) bool       { return s.URL != "" }
