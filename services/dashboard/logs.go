package dashboard

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"agents-tray/manager/control"
	"agents-tray/manager/logs"
	"agents-tray/services/web"
)

const (
	usualLines = 200  // in one answer: few enough to be shown within a frame
	maxLines   = 2000 // in one answer
)

// logPage shows one service's log. Its lines come by logLines and logFollow.
func (d *dashboard) logPage(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	path, err := d.logFile(r.Context(), name)
	if err != nil {
		status, problem := problemOf(err, say("The log of {service} cannot be shown.", "{service}", name), say("Choose a service on the first page."))
		renderProblem(w, status, page{Title: say("No log")}, problem)
		return
	}
	shown := logView{Name: name, Path: path}
	if status, err := d.client.Status(r.Context()); err == nil {
		shown.of(status)
	} else {
		shown.Lost = new(unreachable(err))
	}
	shown.page = page{Title: say("Log of {service}", "{service}", shown.Service())}
	render(w, http.StatusOK, "log", shown)
}

// logView is the page of a log: the service with its buttons above the lines.
type logView struct {
	page
	Name, Path string
	Card       *service         // nil while nothing is known of it
	Lost       *control.Problem // why nothing is
}

// of takes what is known of the service.
func (v *logView) of(status control.Status) {
	v.Card, v.Lost = nil, nil
	if s, ok := status.Service(v.Name); ok {
		card := serviceView(s, false)
		v.Card = &card
	}
}

// Service is what to call it.
func (v logView) Service() string {
	if v.Card != nil {
		return v.Card.Title
	}
	return v.Name
}

// logFile is the file of a service's log. Once it is known, it is so without the instance,
// too.
func (d *dashboard) logFile(ctx context.Context, name string) (path string, err error) {
	if known, ok := d.logFiles.Load(name); ok {
		return known.(string), nil
	}
	output, err := d.client.Log(ctx, name, 1)
	if err != nil {
		return "", err
	}
	d.logFiles.Store(name, output.Path)
	return output.Path, nil
}

// logRequest is what is asked of a log.
type logRequest struct {
	path          string
	filter        logFilter
	before, after logs.Position
	count         int
}

// logRequest reads the request's parameters, or answers what is wrong with them.
func (d *dashboard) logRequest(w http.ResponseWriter, r *http.Request) (q logRequest, ok bool) {
	values := r.URL.Query()
	refuseWith := func(problem control.Problem) (logRequest, bool) {
		web.JSON(w, http.StatusBadRequest, problem)
		return logRequest{}, false
	}
	filter, problem := parseLogFilter(values)
	if problem != nil {
		return refuseWith(*problem)
	}
	q = logRequest{filter: filter, count: usualLines}
	var err error
	if text := values.Get("count"); text != "" {
		q.count, err = strconv.Atoi(text)
		if err != nil || q.count < 1 || q.count > maxLines {
			return refuseWith(control.Problem{What: say("The request cannot be read."), Why: fmt.Sprintf("count=%s is no number from 1 to %d.", text, maxLines)})
		}
	}
	if q.before, err = logs.ParsePosition(values.Get("before")); err == nil {
		q.after, err = logs.ParsePosition(values.Get("after"))
	}
	if err != nil {
		return refuseWith(control.Problem{What: say("The request cannot be read."), Why: err.Error() + "."})
	}
	if q.path, err = d.logFile(r.Context(), r.PathValue("name")); err != nil {
		refuse(w, err, say("The log cannot be read."), "")
		return logRequest{}, false
	}
	return q, true
}

type linesAnswer struct {
	logs.Page
	Lines []logLine `json:"lines"`
}

// logLines answers with lines before or after a position; with neither, the last.
func (d *dashboard) logLines(w http.ResponseWriter, r *http.Request) {
	q, ok := d.logRequest(w, r)
	if !ok {
		return
	}
	read, at := logs.Before, q.before
	if r.URL.Query().Has("after") {
		read, at = logs.After, q.after
	}
	page, err := read(r.Context(), q.path, at, q.count, q.filter.wants)
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			web.JSON(w, http.StatusInternalServerError, control.Problem{What: say("The log cannot be read now."), Detail: err.Error()})
		}
		return
	}
	web.JSON(w, http.StatusOK, linesAnswer{page, q.filter.marked(page.Lines)})
}

// logFollow streams the lines after a position as "lines" {lines, last}, and the state of
// the service as "page".
func (d *dashboard) logFollow(w http.ResponseWriter, r *http.Request) {
	q, ok := d.logRequest(w, r)
	if !ok {
		return
	}
	name := r.PathValue("name")
	d.relay(w, r, func(s *stream) { d.relayLines(s, q) }, func(s *stream) { d.relayService(s, name) })
}

type linesEvent struct {
	Lines []logLine     `json:"lines"`
	Last  logs.Position `json:"last"`
}

func (d *dashboard) relayLines(s *stream, q logRequest) {
	at := q.after
	s.reconnect(func(received func()) error {
		return logs.FollowFrom(s.ctx, q.path, at, func(lines []logs.Line, next logs.Position) error {
			received()
			at = next
			wanted := lines[:0]
			for _, line := range lines {
				if q.filter.wants(&line) {
					wanted = append(wanted, line)
				}
			}
			s.send("lines", linesEvent{q.filter.marked(wanted), next})
			return s.ctx.Err()
		})
	}, func(err error) {
		s.send("silent", control.Problem{What: say("The log cannot be read now."), Detail: err.Error()})
	})
}

// relayService sends the state of one service.
func (d *dashboard) relayService(s *stream, name string) {
	v := logView{Name: name}
	s.watch(d, func(status *control.Status, err error) {
		if err != nil {
			v.Lost = new(unreachable(err))
		} else {
			v.of(*status)
		}
		s.sendPage("log", v, pageEvent{Title: say("Log of {service}", "{service}", v.Service())})
	})
}

// logText is the log as a file, of what is filtered.
func (d *dashboard) logText(w http.ResponseWriter, r *http.Request) {
	q, ok := d.logRequest(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", r.PathValue("name")+"-"+time.Now().Format("2006-01-02-150405")+".log"))
	w.Header().Set("Cache-Control", "no-store")
	out := bufio.NewWriter(w)
	_ = logs.Each(r.Context(), q.path, logs.Position{}, func(line *logs.Line, _ logs.Position) bool { // what was sent is sent
		if line.Provisional || !q.filter.wants(line) {
			return true
		}
		_, err := fmt.Fprintf(out, "%s %s %s\n", line.Time.UTC().Format("2006-01-02T15:04:05.000000Z"), line.Stream, line.Text)
		return err == nil
	})
	_ = out.Flush() // the client has left
}
