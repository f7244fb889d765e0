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
	"agents-tray/manager/words"
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
			return act(command.Context(), client, action, names, !noWait, command.OutOrStdout())
		},
	}
	command.Flags().BoolVar(&noWait, "no-wait", false, "do not wait for the outcome")
	return command
}

// act asks for the action, for all services where no names are given, and prints what has
// come of it as soon as it is known. The error joins those of services that failed.
func act(ctx context.Context, client *control.Client, action control.Action, names []string, wait bool, out io.Writer) error {
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
	return awaitOutcomes(ctx, client, action, before, names, out)
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

// awaitOutcomes follows the services until the outcome of each is known.
func awaitOutcomes(ctx context.Context, client *control.Client, action control.Action, before map[string]manager.Service, names []string, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var failures []error
	open := slices.Clone(names)
	err := client.Watch(ctx, func(now control.Status) {
		open = slices.DeleteFunc(open, func(name string) bool {
			service, known := now.Service(name)
			said, failure, done := outcome(action, before[name], service, now.Snapshot)
			switch {
			case !known:
				return true
			case !done:
				return false
			case failure != nil:
				failures = append(failures, failure)
			default:
				fmt.Fprintf(out, "%s: %s\n", name, said)
			}
			return true
		})
		if len(open) == 0 {
			stop()
		}
	})
	if len(open) == 0 {
		return errors.Join(failures...)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("the instance ended before all services had answered: %w", err)
}

// outcome says what has come of an action on a service, one of all; done is false while that is
// open.
func outcome(action control.Action, before, now manager.Service, all manager.Snapshot) (said string, failure error, done bool) {
	if action == control.Stop {
		said = "stopped"
		if exit := now.LastExit; before.State.Live() && exit != nil && exit.KilledAtDeadline() {
			said += ": it " + words.English.Exit(*exit)
		}
		return said, nil, now.State.Idle()
	}
	switch now.State {
	case manager.Failed:
		return "", fmt.Errorf("%s: %s", now.Name, words.English.Report(now.Problem)), true
	case manager.Stopped: // by somebody else
		return "", fmt.Errorf("%s was stopped meanwhile", now.Name), true
	case manager.Completed:
		return "completed", nil, true
	case manager.Ready:
		if action == control.Restart && before.State.Live() && now.PID == before.PID && now.Started.Equal(before.Started) {
			return "", nil, false // it is still the process of before
		}
		if now.URL != "" {
			return "ready at " + now.URL, nil, true
		}
		return "ready", nil, true
	case manager.Waiting:
		return waitsInVain(now, all)
	case manager.Starting:
		if now.Problem != nil { // it takes longer than expected, and is not ended for that
			return words.English.Report(now.Problem), nil, true
		}
	}
	return "", nil, false
}

// waitsInVain is the outcome for a service that waits for another, if that is not about to be ready.
func waitsInVain(s manager.Service, all manager.Snapshot) (said string, failure error, done bool) {
	at := slices.IndexFunc(all.Services, func(on manager.Service) bool { return on.Title == s.WaitsFor })
	if at < 0 || !s.Settled && (all.Services[at].State != manager.Starting || all.Services[at].Problem == nil) {
		return "", nil, false
	}
	switch on := all.Services[at]; {
	case on.Watched && on.Problem != nil:
		return "", fmt.Errorf("%s waits for %s: %s", s.Name, on.Title, words.English.Report(on.Problem)), true
	case on.State == manager.Waiting:
		return "waits for " + on.Title + ", which waits for " + on.WaitsFor, nil, true
	case on.State == manager.Starting:
		return "waits for " + on.Title + ", which is still starting", nil, true
	case on.State == manager.Failed && on.Problem != nil:
		return "", fmt.Errorf("%s waits for %s: %s", s.Name, on.Title, words.English.Report(on.Problem)), true
	default:
		return "", fmt.Errorf("%s waits for %s, which is %s: agents-tray start %s", s.Name, on.Title, on.State, on.Name), true
	}
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
