package cli

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"agents-tray/tray"
	"agents-tray/tray/instance"
	"agents-tray/tray/words"
)

// errElsewhere says that an instance runs already, and was asked to show itself.
var errElsewhere = errors.New("an instance is running already, and opens its Dashboard")

// elsewhere tells somebody in a terminal of errElsewhere, and of options that came to
// nothing.
func elsewhere(flags *pflag.FlagSet) string {
	text := tray.Name + " is running already; its Dashboard was opened.\n"
	var unused []string
	flags.Visit(func(f *pflag.Flag) { unused = append(unused, "--"+f.Name) })
	if len(unused) > 0 {
		text += "Not used: " + strings.Join(unused, ", ") + ". Options count when it starts: quit it first, by agents-tray do quit.\n"
	}
	return text
}

// tellDesktop shows why the program cannot start to somebody who did not start it in
// a terminal, where it stands already.
func (l launch) tellDesktop(desktop *tray.Desktop, err error) {
	if err == nil || errors.Is(err, context.Canceled) || term.IsTerminal(int(os.Stderr.Fd())) {
		return
	}
	language := words.System()
	desktop.Notify(tray.Notification{Summary: language.Say(words.CannotStart, tray.Name), Body: instance.Mistakes(language, err, l.File), Urgent: true})
}
