package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"agents-tray/manager/control"
	"agents-tray/tray"
	"agents-tray/tray/instance"
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
	case e.AtLogin:
		text = tray.Name + " is running already.\n"
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
	language := words.System()
	n := tray.Notification{Summary: language.Say(words.CannotStart, tray.Name), Body: instance.Mistakes(language, err, l.File), Urgent: true}
	if errors.Is(err, control.ErrRunning) {
		n.Summary, n.Body = language.Say(words.RunsAlready, tray.Name), language.Say(words.SilentBody)
		if refused, ok := errors.AsType[*control.Refused](err); ok {
			n.Body = cmp.Or(refused.Told, refused.Message)
		}
	}
	desktop.Notify(n)
}
