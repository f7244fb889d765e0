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
	"agents-tray/manager/control"
	"agents-tray/tray"
	"agents-tray/tray/words"
)

// elsewhere says, as an error, that an instance runs already and was asked to open its
// Dashboard, and what came of that.
type elsewhere control.Opening

func (e elsewhere) Error() string { return e.text(nil) }

// text tells somebody in a terminal, of options that came to nothing, too. flags may be nil.
func (e elsewhere) text(flags *pflag.FlagSet) string {
	what := e.Title
	if what == "" {
		what = "Dashboard"
	}
	text := tray.Name + " is running already; its " + what + " was opened.\n"
	switch {
	case e.Nothing:
		text = tray.Name + " is running already. It has no page to open; agents-tray menu lists what it can do.\n"
	case e.Problem != "":
		text = fmt.Sprintf("%s is running already. Open its %s yourself, at %s: no browser could be opened (%s).\n", tray.Name, what, e.URL, e.Problem)
	case e.Later:
		text = fmt.Sprintf("%s is running already; its %s opens as soon as it answers, at %s.\n", tray.Name, what, e.URL)
	}
	if flags == nil {
		return text
	}
	var unused []string
	flags.Visit(func(f *pflag.Flag) {
		if !f.Hidden {
			unused = append(unused, "--"+f.Name)
		}
	})
	if len(unused) > 0 {
		text += "Not used: " + strings.Join(unused, ", ") + ". Options count when it starts: quit it first, by agents-tray do quit.\n"
	}
	return text
}

// tellDesktop shows why the program cannot start to somebody who did not start it in
// a terminal, where it stands already.
func (l launch) tellDesktop(desktop *tray.Desktop, err error) {
	if _, other := errors.AsType[elsewhere](err); err == nil || other || errors.Is(err, context.Canceled) || term.IsTerminal(int(os.Stderr.Fd())) {
		return
	}
	language, summary := words.System(), words.CannotStart
	if errors.Is(err, control.ErrRunning) {
		summary = words.RunsAlready
	}
	desktop.Notify(tray.Notification{Summary: language.Say(summary, tray.Name), Body: l.refusal(language, err), Urgent: true})
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
