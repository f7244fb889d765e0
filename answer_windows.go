package main

import (
	"github.com/spf13/cobra"

	"agents-tray/tray"
)

func init() { systemCommands = append(systemCommands, answer) }

// answer is what Windows starts for a button of a message. One that nobody knows any
// more, as of a session that is over, does what a double click does.
func answer() *cobra.Command {
	return &cobra.Command{
		Use: "answer ADDRESS", Short: "Do what a button of a message says", Hidden: true,
		RunE: func(command *cobra.Command, args []string) error {
			if len(args) == 1 && tray.HandOver(args[0]) {
				return nil
			}
			return launch{}.run(command, false)
		},
	}
}
