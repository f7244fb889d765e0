package dashboard

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"runtime"
	"syscall"

	"agents-tray/manager/control"
	"agents-tray/services/web"
)

// lost says in words that the control API did not answer, and what to do.
func lost(err error) *problem {
	p := &problem{
		What:   "Configurable Agents does not answer.",
		Why:    "It may be busy or on its way out.",
		Now:    "This page tries again by itself. If that does not help, quit Configurable Agents and start it again from " + launcher() + ".",
		Detail: err.Error(),
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		p.What = "Configurable Agents is not running any more."
		p.Why = "It was quit or it ended unexpectedly."
		p.Now = "Start it again from " + launcher() + ". This page comes back by itself."
	}
	return p
}

// launcher is where this system's users start programs.
func launcher() string {
	switch runtime.GOOS {
	case "windows":
		return "the Start menu"
	case "darwin":
		return "the Applications folder"
	}
	return "your applications menu"
}

// refuse answers an API request with an error of the control API.
func refuse(w http.ResponseWriter, err error) {
	var refused *control.Refused
	switch {
	case errors.As(err, &refused):
		web.JSON(w, refused.Status, failure{refusal(err)})
	case errors.Is(err, context.Canceled): // nobody is left to read an answer
	default:
		web.JSON(w, http.StatusBadGateway, failure{refusal(err)})
	}
}

// refusal is an error of the control API in words for people.
func refusal(err error) string {
	var refused *control.Refused
	if errors.As(err, &refused) {
		return refused.Message
	}
	p := lost(err)
	return p.What + " " + p.Now
}

type failure struct {
	Error string `json:"error"`
}
