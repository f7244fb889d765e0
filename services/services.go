// Package services runs the built-in services, the Dashboard and the Chat, each as a
// process of its own.
package services

import (
	"context"
	"errors"
	"log"
	"time"

	"github.com/spf13/cobra"

	"agents-tray/manager/control"
	"agents-tray/manager/guard"
	"agents-tray/manager/words"
	"agents-tray/services/chat"
	"agents-tray/services/dashboard"
	"agents-tray/services/web"
)

// Command is "serve NAME", which runs one built-in service until it is told to stop. The
// guard starts it; it is hidden from the user's help.
func Command() *cobra.Command {
	command := &cobra.Command{Use: "serve", Short: "Run one built-in service by itself", Hidden: true, Args: cobra.NoArgs}
	command.AddCommand(dashboardCommand(), chatCommand())
	return command
}

func dashboardCommand() *cobra.Command {
	var title string
	options := web.Options{Name: "dashboard"}
	command := &cobra.Command{Use: "dashboard", Short: "The Dashboard", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		address, err := control.FromEnvironment()
		if err != nil {
			return err
		}
		dashboard.SetTitle(title)
		dashboard.SetLanguage(words.System())
		client := control.NewClient(address)
		options.Report = report(client)
		return web.Run(options, dashboard.New(client))
	}}
	webFlags(command, &options, "127.0.0.1:7861")
	command.Flags().StringVar(&title, "title", "", "the name that the menu has for it, and so its pages")
	return command
}

func chatCommand() *cobra.Command {
	var options chat.Options
	site := web.Options{Name: "chat"}
	command := &cobra.Command{Use: "chat", Short: "The Chat", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		if address, err := control.FromEnvironment(); err == nil { // without an instance it runs by itself
			options.Instance, options.Service = control.NewClient(address), guard.ServiceName()
			site.Report = report(options.Instance)
		}
		handler, closer := chat.New(options)
		return errors.Join(web.Run(site, handler), closer.Close())
	}}
	webFlags(command, &site, "127.0.0.1:7860")
	command.Flags().StringVar(&options.Database, "database", "chat.db", "file for the conversations")
	command.Flags().StringVar(&options.Workflows, "workflows", "", "folder for workflow files (default \"workflows\" in your home)")
	command.Flags().StringVar(&options.DashboardURL, "dashboard", "", "address of the Dashboard")
	return command
}

func webFlags(command *cobra.Command, options *web.Options, address string) {
	command.Flags().StringVar(&options.Listen, "listen", address, "address, where no socket is handed over")
	command.Flags().BoolVar(&options.OtherUsers, "other-users", false, "answer other users of this computer, too")
}

// report returns a function that has the instance record refused connections.
func report(client *control.Client) func(count int) {
	return func(count int) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := client.OtherUsers(ctx, guard.ServiceName(), count); err != nil {
			log.Printf("the record does not know of it: %v", err)
		}
	}
}
