package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/logs"
	"agents-tray/manager/words"
	"agents-tray/services/web"
)

// crashLines are how many of the last lines a crash report has.
const crashLines = 200

// crashView is the crash report of a service.
type crashView struct {
	page
	Name    string
	Version string
	Card    *service
	Lost    *control.Problem // why nothing is known; else nil
	Ended   string           // how its last process ended, in one sentence; empty: it did not fail
	Reason  []string         // the lines that say why, as far as that can be told
	Lines   []logs.Line      // the last that it printed
}

// crash shows how the last process of a service failed.
func (d *dashboard) crash(w http.ResponseWriter, r *http.Request) {
	if v, ok := d.crashOf(w, r); ok {
		render(w, http.StatusOK, "crash", v)
	}
}

// crashText is the same as text.
func (d *dashboard) crashText(w http.ResponseWriter, r *http.Request) {
	if v, ok := d.crashOf(w, r); ok {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write([]byte(v.Text())) // fails only when the client has left
	}
}

// crashOf returns the report of the service in the path, or answers why there is none.
func (d *dashboard) crashOf(w http.ResponseWriter, r *http.Request) (v crashView, ok bool) {
	name := r.PathValue("name")
	status, err := d.client.Status(r.Context())
	if err != nil {
		renderProblem(w, http.StatusServiceUnavailable, page{Title: say("No crash report")}, unreachable(err))
		return v, false
	}
	if _, known := status.Service(name); !known {
		renderProblem(w, http.StatusNotFound, page{Title: say("No crash report")}, control.Problem{
			What: say("There is no service {service}.", "{service}", name), Now: say("Choose a service on the first page."),
		})
		return v, false
	}
	return d.crashView(r.Context(), status, name), true
}

// crashEvents streams the report while the page is open.
func (d *dashboard) crashEvents(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	d.relay(w, r, func(s *stream) {
		var shown string
		s.watch(d, func(status *control.Status, err error) {
			v := crashView{Name: name}
			if err != nil {
				v.Lost = new(unreachable(err))
			} else {
				v = d.crashView(s.ctx, *status, name)
			}
			html, err := fragment("crash", "live", v)
			if err != nil {
				s.stop()
				return
			}
			if html != shown {
				shown = html
				s.send("page", pageEvent{Title: say("Crash report of {service}", "{service}", v.Service()), HTML: html})
			}
		})
	})
}

func (d *dashboard) crashView(ctx context.Context, status control.Status, name string) crashView {
	v := crashView{Name: name, Version: status.Version}
	s, known := status.Service(name)
	if known {
		card := serviceView(s, false)
		v.Card = &card
	}
	v.page = page{Title: say("Crash report of {service}", "{service}", v.Service())}
	if !known || s.LastExit == nil || !s.LastExit.Failure() {
		return v
	}
	v.Ended = words.Sentence(say("it {exit}", "{exit}", language.Exit(*s.LastExit)))
	if path, err := d.logFile(ctx, name); err == nil {
		v.Lines, _ = linesBefore(ctx, path, *s.LastExit) // those that the guard has kept are there, too
	}
	if len(v.Lines) == 0 {
		for _, text := range s.LastExit.Lines {
			v.Lines = append(v.Lines, logs.Line{Time: s.LastExit.At, Text: logs.Plain(text)})
		}
	}
	if v.Reason = s.LastExit.Why(); len(v.Reason) == 0 {
		v.Reason = logs.Reason(v.Lines)
	}
	return v
}

// lateLines is how long after the end of a process its last lines may come.
const lateLines = time.Second

// linesBefore returns the last lines of the log up to the end of a process, without those
// of the next one.
func linesBefore(ctx context.Context, path string, exit manager.Exit) ([]logs.Line, error) {
	page, err := logs.Before(ctx, path, logs.Position{}, maxLines, func(line *logs.Line) bool {
		line.Text = logs.Plain(line.Text)
		return line.Time.Before(exit.At.Add(lateLines))
	})
	lines := page.Lines
	for i, line := range lines {
		if line.Stream == logs.Sys && line.Time.After(exit.At) && strings.HasPrefix(line.Text, "started, pid ") {
			lines = lines[:i]
			break
		}
	}
	return lines[max(0, len(lines)-crashLines):], err
}

// Service is what to call the service.
func (v crashView) Service() string {
	if v.Card != nil {
		return v.Card.Title
	}
	return v.Name
}

// Waits reports whether it is started again by itself, at a time that is known.
func (v crashView) Waits() bool { return !v.Card.NextTry.IsZero() }

// GivenUp reports whether it is not started again by itself.
func (v crashView) GivenUp() bool { return v.Card.State.Idle() }

// Text is the report as text, for an issue or a mail.
func (v crashView) Text() string {
	var b strings.Builder
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-15s %s\n", say(name)+":", value)
		}
	}
	b.WriteString(say("Crash report of {service}", "{service}", v.Service()) + "\n\n")
	if v.Ended == "" {
		b.WriteString(say("It has not failed since Configurable Agents was started.") + "\n")
		return b.String()
	}
	exit := v.Card.LastExit
	row("Reason", strings.Join(v.Reason, "\n                "))
	row("End", v.Ended)
	row("Time", exit.At.Local().Format("2006-01-02 15:04:05 MST"))
	row("Process", fmt.Sprint(exit.PID))
	if v.Card.Trouble != nil {
		row("Problem", v.Card.Trouble.What)
	}
	row("Restarts", fmt.Sprint(v.Card.Restarts))
	switch {
	case v.Waits():
		row("Next start", web.Exact(v.Card.NextTry))
	case v.GivenUp():
		row("Next start", say("none: it is not started again by itself"))
	}
	row("Now", v.Card.Word)
	row("Version", fmt.Sprintf("%s, %s/%s", v.Version, runtime.GOOS, runtime.GOARCH))
	b.WriteString("\n" + say("Last lines:") + "\n")
	for _, line := range v.Lines {
		fmt.Fprintf(&b, "%s %-3s %s\n", line.Time.UTC().Format("2006-01-02T15:04:05.000Z"), line.Stream, line.Text)
	}
	return b.String()
}
