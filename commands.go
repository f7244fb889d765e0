package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/manager/guard"
	"agents-tray/services/chat"
	"agents-tray/services/dashboard"
	"agents-tray/services/web"
	"agents-tray/tray/session"
	"agents-tray/tray/terminal"
)

// check says what is wrong with the services file, or what it says; it starts nothing.
func check() *cobra.Command {
	var options config.Options
	command := &cobra.Command{
		Use:   "check",
		Short: "Check the services file, and list what it says",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("name the services file by --config: agents-tray check --config %s", args[0])
			}
			return nil
		},
		RunE: func(command *cobra.Command, _ []string) error {
			services, err := config.Check(options, config.Locate(), guard.LookPath)
			if err != nil {
				return err
			}
			return terminal.List(command.OutOrStdout(), services)
		},
	}
	configFlag(command, &options)
	return command
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

// logs shows what a service printed, of a running instance or of one that was.
func logs() *cobra.Command {
	var lines int
	var follow bool
	command := &cobra.Command{Use: "logs SERVICE", Short: "What a service printed", Args: cobra.ArbitraryArgs, RunE: func(_ *cobra.Command, args []string) error {
		folders, _ := session.Find() // without an instance its files are read
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		if len(args) != 1 {
			return terminal.WhichLog(ctx, folders, "name one service")
		}
		return terminal.Logs(ctx, os.Stdout, folders, args[0], lines, follow)
	}}
	command.Flags().IntVarP(&lines, "lines", "n", 200, "how many of the last lines")
	command.Flags().BoolVarP(&follow, "follow", "f", false, "go on with new lines until Ctrl-C")
	return command
}

// sessions shows the history, of a running instance or of one that was.
func sessions() *cobra.Command {
	var limit int
	command := &cobra.Command{
		Use:   "sessions [SESSION]",
		Short: "The latest sessions and how they ended, or what happened in one",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			folders, _ := session.Find() // without an instance the record is read
			return terminal.Sessions(command.Context(), command.OutOrStdout(), folders, strings.Join(args, ""), limit)
		},
	}
	command.Flags().IntVarP(&limit, "sessions", "n", 20, "how many of the latest")
	return command
}

// menu lists what the tray's menu offers, for a desktop without a tray.
func menu() *cobra.Command {
	return &cobra.Command{
		Use:   "menu",
		Short: "What the tray's menu shows, and how to choose it here",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			folders, err := session.Find()
			if err != nil {
				return err
			}
			return terminal.Menu(command.Context(), command.OutOrStdout(), folders)
		},
	}
}

// do chooses an item of the menu.
func do() *cobra.Command {
	return &cobra.Command{
		Use:     "do ITEM",
		Short:   "Choose an item of the tray's menu",
		Example: "  agents-tray do restart chat\n  agents-tray do quit",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name an item, as in agents-tray do restart chat. agents-tray menu lists what there is")
			}
			return nil
		},
		RunE: func(command *cobra.Command, words []string) error {
			folders, err := session.Find()
			if err != nil {
				return err
			}
			return terminal.Choose(command.Context(), command.OutOrStdout(), folders, words)
		},
	}
}

// serve runs one built-in service; the guard starts it.
func serve() *cobra.Command {
	command := &cobra.Command{Use: "serve", Short: "Run one built-in service by itself", Hidden: true, Args: cobra.NoArgs}
	var chatOptions chat.Options
	var listen string
	dashboardCommand := &cobra.Command{Use: "dashboard", Short: "The Dashboard", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		address, err := control.FromEnvironment()
		if err != nil {
			return err
		}
		return web.Run("dashboard", listen, dashboard.New(control.NewClient(address)))
	}}
	dashboardCommand.Flags().StringVar(&listen, "listen", "127.0.0.1:7861", "address, where no socket is handed over")
	chatCommand := &cobra.Command{Use: "chat", Short: "The Chat", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		if address, err := control.FromEnvironment(); err == nil { // else it runs by itself
			chatOptions.Instance, chatOptions.Service = control.NewClient(address), guard.ServiceName()
		}
		handler, closer := chat.New(chatOptions)
		return errors.Join(web.Run("chat", listen, handler), closer.Close())
	}}
	chatCommand.Flags().StringVar(&listen, "listen", "127.0.0.1:7860", "address, where no socket is handed over")
	chatCommand.Flags().StringVar(&chatOptions.Database, "database", "chat.db", "file for the conversations")
	chatCommand.Flags().StringVar(&chatOptions.DashboardURL, "dashboard", "", "address of the Dashboard")
	command.AddCommand(dashboardCommand, chatCommand)
	return command
}
