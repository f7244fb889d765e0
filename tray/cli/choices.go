package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"agents-tray/manager/control"
	"agents-tray/tray/open"
	"agents-tray/tray/words"
)

// choiceCommands are items of the menu that are commands of their own.
func choiceCommands() []*cobra.Command {
	return []*cobra.Command{
		choiceCommand("pause", "Stop all services until agents-tray resume", "pause"),
		choiceCommand("resume", "Start what agents-tray pause has stopped", "resume"),
		choiceCommand("review", "Open the page about the unexpected end of the last session", "review"),
		choiceCommand("diagnosis", "Print what is needed to report a fault", "diagnosis"),
	}
}

// choiceCommand is a command that chooses an item of the menu, as do.
func choiceCommand(name, short string, item ...string) *cobra.Command {
	return &cobra.Command{Use: name, Short: short, Args: cobra.NoArgs, RunE: func(command *cobra.Command, _ []string) error {
		folders, err := control.Find()
		if err != nil {
			return err
		}
		err = choose(command.Context(), command.OutOrStdout(), folders, item)
		if errors.Is(err, control.ErrNoItem) {
			return fmt.Errorf("there is nothing to %s now", name)
		}
		return err
	}}
}

// autostartCommand shows and changes whether the program starts at login.
func autostartCommand() *cobra.Command {
	show := func(command *cobra.Command, _ []string) error {
		client, err := runningClient()
		if err != nil {
			return err
		}
		items, err := client.Menu(command.Context())
		if err != nil {
			return unanswered(err)
		}
		item, ok := findItem(items, "at-login ")
		if !ok || item.Checked == nil {
			return errors.New("this system does not tell whether the program starts at login")
		}
		fmt.Fprintln(command.OutOrStdout(), atLogin(item))
		return nil
	}
	command := &cobra.Command{Use: "autostart", Short: "Whether the program starts at login", Args: cobra.NoArgs, RunE: show}
	command.AddCommand(
		choiceCommand("on", "Start the program at login, with the options of the running instance", "at-login", "on"),
		choiceCommand("off", "Do not start the program at login", "at-login", "off"),
		&cobra.Command{Use: "status", Short: "Say whether the program starts at login", Args: cobra.NoArgs, RunE: show},
	)
	return command
}

// atLogin says what the menu's item about it shows.
func atLogin(item control.MenuItem) string {
	for language := range words.Language(words.Languages) {
		if item.Label == language.Say(words.AtLoginAnother) {
			return "on, for another copy of the program: agents-tray autostart on has this one start instead"
		}
	}
	return map[bool]string{true: "on", false: "off"}[*item.Checked]
}

// findItem finds the first item that is typed with this beginning.
func findItem(items []control.MenuItem, beginning string) (control.MenuItem, bool) {
	for _, item := range items {
		if strings.HasPrefix(item.Do, beginning) {
			return item, true
		}
		if found, ok := findItem(item.Items, beginning); ok {
			return found, true
		}
	}
	return control.MenuItem{}, false
}

// openCommand opens a service's page in the browser.
func openCommand() *cobra.Command {
	return &cobra.Command{
		Use: "open SERVICE", Short: "Open a service's page in the browser, as soon as it answers", ValidArgsFunction: completeServices(hasPage),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("name one service, as in agents-tray open chat")
			}
			return nil
		},
		RunE: func(command *cobra.Command, args []string) error {
			client, err := runningClient()
			if err != nil {
				return err
			}
			status, err := client.Status(command.Context())
			if err != nil {
				return unanswered(err)
			}
			service, known := status.Service(args[0])
			switch {
			case !known:
				return unknownService(args[0], status)
			case service.URL == "":
				return fmt.Errorf("%s has no page: it has no url in the services file", args[0])
			}
			here := open.Here()
			open.HandOver()
			opening, err := client.Open(command.Context(), args[0], control.OpenRequest{Token: here.Token, Desktop: here.Env})
			switch {
			case err != nil:
				return unanswered(err)
			case opening.Problem != "":
				return fmt.Errorf("no browser could be opened (%s): open %s yourself", opening.Problem, opening.URL)
			case opening.Later:
				fmt.Fprintf(command.OutOrStdout(), "It opens as soon as it answers, at %s.\n", opening.URL)
			}
			return nil
		},
	}
}
