package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"agents-tray/manager/config"
	"agents-tray/tray"
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
	desktop.Notify(tray.Notification{Summary: language.Say(words.CannotStart, tray.Name), Body: l.refusal(language, err), Urgent: true})
}

// maxMistake is how much of a mistake a message shows, in UTF-16 units.
const maxMistake = 120

// refusal is what a message says of an error: of a services file, the first mistake and
// where to see all.
func (l launch) refusal(language words.Language, err error) string {
	var wrong *config.Mistakes
	if !errors.As(err, &wrong) {
		return err.Error()
	}
	check := "agents-tray check"
	if l.File != "" {
		check += " --config " + l.File
	}
	first := wrong.Faults[0]
	text, _, _ := strings.Cut(first.Text(), "; ") // what is allowed instead takes too much room
	where := fmt.Sprintf("%d: %s", first.Line, words.Fit(text, maxMistake))
	name := filepath.Base(wrong.File)
	if n := len(wrong.Faults); n > 1 {
		return language.Say(words.MistakesBody, name, n, where, check)
	}
	return language.Say(words.MistakeBody, name, where, check)
}
