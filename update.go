package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"agents-tray/manager/config"
	"agents-tray/tray/update"
)

// updates looks for new versions by hand, or switches on that it is done every day.
func updates() *cobra.Command {
	var on, off bool
	command := &cobra.Command{
		Use: "update", Short: "Look for a newer version, or have it looked for every day; nothing is installed", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			checker, err := update.New(updatesFile())
			if err != nil {
				return err
			}
			say := func(format string, arguments ...any) { fmt.Fprintf(command.OutOrStdout(), format+"\n", arguments...) }
			if on || off {
				if err := checker.SetOn(on); err != nil {
					return err
				}
				say("%s", map[bool]string{
					true: "From its next start on, it looks for a newer version once a day and tells you.", false: "From its next start on, it does not look for newer versions.",
				}[on])
				return nil
			}
			latest, err := checker.Latest(command.Context())
			switch {
			case err != nil:
				return err
			case latest.NewerThan(version()):
				say("%s", latest)
			default:
				say("There is nothing newer than this version, %s.", version())
			}
			return nil
		},
	}
	command.Flags().BoolVar(&on, "on", false, "look once a day while the program runs")
	command.Flags().BoolVar(&off, "off", false, "do not, as at first")
	command.MarkFlagsMutuallyExclusive("on", "off")
	return command
}

func updatesFile() string { return filepath.Join(config.Locate().State, "updates.json") }

// watchUpdates returns a channel that gets newer versions, if the user wants to be told
// of them, until the returned function is called.
func watchUpdates() (<-chan update.Release, func()) {
	checker, err := update.New(updatesFile())
	if err != nil { // there is none to be told of
		return nil, func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	releases, ended := make(chan update.Release), make(chan struct{})
	go func() {
		defer close(ended)
		checker.Watch(ctx, version(), func(r update.Release) {
			select {
			case releases <- r:
			case <-ctx.Done():
			}
		})
	}()
	return releases, func() { cancel(); <-ended }
}
