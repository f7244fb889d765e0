package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/manager/logs"
	"agents-tray/manager/words"
	"agents-tray/sessiondb"
	"agents-tray/tray/instance"

	"github.com/spf13/cobra"
)

// sessionsCommand shows the history, of a running instance or of one that was.
func sessionsCommand() *cobra.Command {
	var limit int
	command := &cobra.Command{
		Use:   "sessions [SESSION]",
		Short: "The latest sessions and how they ended, or what happened in one",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			folders, _ := control.Find() // without an instance the record is read
			return printHistory(command.Context(), command.OutOrStdout(), folders, strings.Join(args, ""), limit)
		},
	}
	command.Flags().IntVarP(&limit, "sessions", "n", 20, "how many of the latest")
	command.AddCommand(&cobra.Command{
		Use: "show [SESSION]", Short: "What happened in a session: the latest, if none is named", Args: cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			folders, _ := control.Find() // as above
			id := latest
			if len(args) > 0 {
				id = args[0]
			}
			return printHistory(command.Context(), command.OutOrStdout(), folders, id, 1)
		},
	})
	return command
}

// latest stands for the latest session in place of an id.
const latest = "latest"

const (
	mostSessions = 200    // that the record keeps
	mostEvents   = 10_000 // that it keeps
)

// printHistory prints the latest sessions as a table, newest first, or, of the one session
// whose id begins with id, what happened in it. The running instance is asked; without
// one the record is read.
func printHistory(ctx context.Context, out io.Writer, folders config.Folders, id string, limit int) error {
	if limit < 1 || limit > mostSessions {
		return fmt.Errorf("-n %d: give a number from 1 to %d", limit, mostSessions)
	}
	history, err := openHistory(ctx, folders)
	if errors.Is(err, fs.ErrNotExist) {
		_, err := fmt.Fprintln(out, "No session has been recorded yet. The first one is, from its start.")
		return err
	}
	if err != nil {
		return err
	}
	defer history.close()
	if id == "" {
		sessions, err := history.sessions(limit)
		if err != nil {
			return err
		}
		return printSessions(out, sessions, time.Now())
	}
	if id == latest {
		sessions, err := history.sessions(1)
		if err != nil || len(sessions) == 0 {
			return err
		}
		id = sessions[0].ID
	}
	session, err := history.find(id)
	if err != nil {
		return err
	}
	events, err := history.events(session.ID, mostEvents)
	if err != nil {
		return err
	}
	return printSession(out, session, events, time.Now())
}

// A history is where sessions are read.
type history struct {
	sessions func(limit int) ([]control.PastSession, error)
	events   func(session string, limit int) ([]control.SessionEvent, error)
	close    func() error
}

func openHistory(ctx context.Context, folders config.Folders) (history, error) {
	if client, err := control.ClientFor(folders); err == nil {
		if _, err := client.Status(ctx); err == nil { // else it is what a kill has left
			return history{
				func(limit int) ([]control.PastSession, error) { return client.Sessions(ctx, limit) },
				func(id string, limit int) ([]control.SessionEvent, error) {
					return client.SessionEvents(ctx, id, limit)
				},
				func() error { return nil },
			}, nil
		}
	}
	if _, err := os.Stat(folders.SessionRecord()); err != nil {
		return history{}, err
	}
	reader, err := sessiondb.OpenReader(folders.SessionRecord())
	if err != nil {
		return history{}, err
	}
	return history{
		func(limit int) ([]control.PastSession, error) {
			past, err := reader.Sessions(limit)
			return instance.PastSessions(past, ""), err
		},
		func(id string, limit int) ([]control.SessionEvent, error) {
			events, err := reader.Events(id, limit)
			return instance.PastEvents(events), err
		},
		reader.Close,
	}, nil
}

// find returns the one session whose id begins as given.
func (h history) find(id string) (control.PastSession, error) {
	sessions, err := h.sessions(mostSessions)
	if err != nil {
		return control.PastSession{}, err
	}
	var found []control.PastSession
	for _, s := range sessions {
		if strings.HasPrefix(s.ID, id) {
			found = append(found, s)
		}
	}
	switch len(found) {
	case 0:
		return control.PastSession{}, fmt.Errorf("the record knows no session %q: agents-tray sessions lists those it knows", id)
	case 1:
		return found[0], nil
	}
	return control.PastSession{}, fmt.Errorf("%d sessions begin with %q: give more of the one that is meant", len(found), id)
}

// shortID is as much of a session's id as tells it from the others.
func shortID(id string) string { return id[:min(8, len(id))] }

func printSessions(out io.Writer, sessions []control.PastSession, now time.Time) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SESSION\tSTARTED\tLASTED\tENDED\tVERSION")
	for _, s := range sessions {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", shortID(s.ID), s.Started.Local().Format(time.DateTime), lasted(s, now), s.Words(), s.Version)
	}
	return table.Flush()
}

func printSession(out io.Writer, s control.PastSession, events []control.SessionEvent, now time.Time) error {
	fmt.Fprintf(out, "Session %s, version %s, process %d\n", s.ID, s.Version, s.PID)
	fmt.Fprintf(out, "Started %s, lasted %s. %s.\n", s.Started.Local().Format(time.DateTime), lasted(s, now), s.Words())
	if s.Detail != "" && !s.Clean() {
		fmt.Fprintln(out, logs.Plain(s.Detail))
	}
	if len(events) == 0 {
		_, err := fmt.Fprintln(out, "\nNothing was recorded of its services.")
		return err
	}
	fmt.Fprintln(out)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TIME\tSERVICE\tWHAT\tPROCESS\tDETAIL")
	for _, e := range events {
		pid := ""
		if e.PID != 0 {
			pid = strconv.Itoa(e.PID)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", e.At.Local().Format("2006-01-02 15:04:05.000"), orDash(e.Service), e.Words(), orDash(pid), orDash(oneLine(e.Detail)))
	}
	return table.Flush()
}

// lasted is how long a session ran, in words.
func lasted(s control.PastSession, now time.Time) string {
	d := s.Lasted(now)
	if d < 0 {
		return "-"
	}
	return words.English.Duration(d)
}

// oneLine is the first line of a text, for a table.
func oneLine(text string) string {
	line, _, _ := strings.Cut(logs.Plain(text), "\n")
	return strings.ReplaceAll(line, "\t", " ")
}
