package dashboard

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"runtime"
	"syscall"

	"agents-tray/manager/control"
	"agents-tray/manager/words"
	"agents-tray/services/web"
)

// unreachable describes that the instance did not answer.
func unreachable(err error) control.Problem {
	p := control.Problem{
		What:   say("Configurable Agents does not answer."),
		Why:    say("It may be busy or on its way out."),
		Now:    say("This page tries again by itself. If that does not help, quit Configurable Agents and start it again from {launcher}.", "{launcher}", launcher()),
		Detail: err.Error(),
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		p.What = say("Configurable Agents is not running any more.")
		p.Why = say("It was quit or it ended unexpectedly.")
		p.Now = say("Start it again from {launcher}. This page comes back by itself.", "{launcher}", launcher())
	}
	return p
}

// launcher is where users of this operating system start programs.
func launcher() string {
	switch runtime.GOOS {
	case "windows":
		return say("the Start menu")
	case "darwin":
		return say("the Applications folder")
	}
	return say("your applications menu")
}

// problemOf describes why a request to the instance failed, with the status to respond
// with. If the instance refused it, the problem is what and now with the reason of the
// instance; else that it does not answer.
func problemOf(err error, what, now string) (int, control.Problem) {
	var refused *control.Refused
	if errors.As(err, &refused) {
		return refused.Status, control.Problem{What: what, Why: words.Sentence(cmp.Or(refused.Told, say(refused.Message))), Now: now}
	}
	return http.StatusServiceUnavailable, unreachable(err)
}

// refuse responds to an API request with the problem of err (see problemOf).
func refuse(w http.ResponseWriter, err error, what, now string) {
	if errors.Is(err, context.Canceled) {
		return // nobody reads a response
	}
	status, problem := problemOf(err, what, now)
	web.JSON(w, status, problem)
}
