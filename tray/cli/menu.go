package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"agents-tray/manager/config"
	"agents-tray/manager/control"

	"github.com/spf13/cobra"
)

// menuCommand lists what the tray's menu offers, for a desktop without a tray.
func menuCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "menu",
		Short: "What the tray's menu shows, and how to choose it here",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			folders, err := control.Find()
			if err != nil {
				return err
			}
			return printCurrentMenu(command.Context(), command.OutOrStdout(), folders)
		},
	}
}

// doCommand chooses an item of the menu.
func doCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "do ITEM",
		Short:   "Choose an item of the tray's menu",
		Hidden:  true, // most items are commands of their own
		Example: "  agents-tray do restart chat\n  agents-tray do quit",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name an item, as in agents-tray do restart chat. agents-tray menu lists what there is")
			}
			return nil
		},
		RunE: func(command *cobra.Command, words []string) error {
			folders, err := control.Find()
			if err != nil {
				return err
			}
			return choose(command.Context(), command.OutOrStdout(), folders, words)
		},
	}
}

// printCurrentMenu prints the tray's menu as it is now, and beside each item what chooses it here.
func printCurrentMenu(ctx context.Context, out io.Writer, folders config.Folders) error {
	client, err := running(folders)
	if err != nil {
		return err
	}
	items, err := client.Menu(ctx)
	if err != nil {
		return unanswered(err)
	}
	return printMenu(out, items)
}

// printMenu prints items, what chooses each in a column of its own.
func printMenu(out io.Writer, items []control.MenuItem) error {
	lines, width := menuLines(items, ""), 0
	for _, line := range lines {
		if line.how != "" {
			width = max(width, utf8.RuneCountInString(line.label))
		}
	}
	for _, line := range lines {
		text := line.label
		if line.how != "" {
			text = fmt.Sprintf("%-*s   %s", width, line.label, line.how)
		}
		if _, err := fmt.Fprintln(out, text); err != nil {
			return err
		}
	}
	return nil
}

type menuLine struct{ label, how string }

func menuLines(items []control.MenuItem, indent string) []menuLine {
	var lines []menuLine
	for _, item := range items {
		line := menuLine{label: item.Label}
		if item.Checked != nil {
			line.label = map[bool]string{true: "[x] ", false: "[ ] "}[*item.Checked] + item.Label
		}
		if item.Label != "" {
			line.label = indent + line.label
		}
		if item.Do != "" && !item.Disabled {
			line.how = "agents-tray do " + item.Do
		}
		lines = append(append(lines, line), menuLines(item.Items, indent+"    ")...)
	}
	return lines
}

// choose does what an item of the menu does. What one would copy is printed instead. A
// question that comes of it, as of Quit while workflows run, is printed with what answers it.
func choose(ctx context.Context, out io.Writer, folders config.Folders, words []string) error {
	client, err := running(folders)
	if err != nil {
		return err
	}
	text, err := client.Text(ctx, words...)
	if err == nil {
		_, err = fmt.Fprintln(out, strings.TrimSuffix(text, "\n"))
		return err
	}
	err = client.Choose(ctx, words...)
	if errors.Is(err, control.ErrNoItem) {
		return fmt.Errorf("%w. agents-tray menu lists what there is", err)
	}
	if err != nil {
		return unanswered(err)
	}
	items, err := client.Menu(ctx)
	if err != nil {
		return nil // it has ended, as it was to
	}
	if until := slices.IndexFunc(items, func(i control.MenuItem) bool { return i.Do == "keep-running" }); until >= 0 {
		return printMenu(out, items[:until+1])
	}
	return nil
}

func running(folders config.Folders) (*control.Client, error) {
	client, err := control.ClientFor(folders)
	if err != nil {
		return nil, control.ErrNotRunning
	}
	return client, nil
}

// unanswered tells of an instance that is gone, which has left its address, or that hangs.
func unanswered(err error) error {
	var refused *control.Refused
	if err != nil && !errors.As(err, &refused) && !errors.Is(err, control.ErrSilent) {
		return control.ErrNotRunning
	}
	return err
}
