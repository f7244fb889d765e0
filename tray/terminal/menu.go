package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"agents-tray/manager/config"
	"agents-tray/manager/control"
)

// ErrNotRunning says that there is no instance whose menu there could be.
var ErrNotRunning = errors.New("agents-tray is not running: start it first")

// Menu prints the tray's menu as it is now, and beside each item what chooses it here.
func Menu(ctx context.Context, out io.Writer, folders config.Folders) error {
	client, err := running(folders)
	if err != nil {
		return err
	}
	items, err := client.Menu(ctx)
	if err != nil {
		return unanswered(err)
	}
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	printMenu(table, items, "")
	return table.Flush()
}

func printMenu(out io.Writer, items []control.MenuItem, indent string) {
	for _, item := range items {
		label := item.Label
		if item.Checked != nil {
			label = map[bool]string{true: "[x] ", false: "[ ] "}[*item.Checked] + label
		}
		how := ""
		if item.Do != "" && !item.Disabled {
			how = "agents-tray do " + item.Do
		}
		fmt.Fprintln(out, strings.TrimRight(indent+label+"\t"+how, "\t"))
		printMenu(out, item.Items, indent+"    ")
	}
}

// Choose does what an item of the menu does.
func Choose(ctx context.Context, folders config.Folders, words []string) error {
	client, err := running(folders)
	if err != nil {
		return err
	}
	err = client.Choose(ctx, words...)
	if errors.Is(err, control.ErrNoItem) {
		return fmt.Errorf("%w. agents-tray menu lists what there is", err)
	}
	return unanswered(err)
}

func running(folders config.Folders) (*control.Client, error) {
	address, err := control.ReadAddress(folders.Control())
	if err != nil {
		return nil, ErrNotRunning
	}
	return control.NewClient(address), nil
}

// unanswered tells of an instance that is gone, which has left its address.
func unanswered(err error) error {
	var refused *control.Refused
	if err != nil && !errors.As(err, &refused) {
		return ErrNotRunning
	}
	return err
}
