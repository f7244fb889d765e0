package dashboard

import (
	"context"
	"net/http"
	"sync"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/control/sse"
	"agents-tray/services/web"
)

const (
	reconnectDelay = time.Second            // how long a lost manager is left alone
	resumeDelay    = 100 * time.Millisecond // the same when only the connection ended
)

// A stream is one page that listens. It has one connection for all it wants to hear: a
// browser keeps six to one host. It gets, after each change,
//
//	status  control.Status, for programs
//	page    {version, title, html}: the same in words, for the page to show in place
//	usage   control.Usages, every two seconds
//	tail    {service, lines}: all there is to show of a log, in the place of what was
//	lines   {service, lines}: more of it
//	silent  {service, what, why, …}: that log cannot be read now; a control.Problem
//
// While the manager does not answer, "page" says so, once, and usage is empty.
type stream struct {
	ctx  context.Context // ends with the reader
	stop context.CancelFunc
	mu   sync.Mutex
	out  *sse.Stream
}

type pageEvent struct {
	Version string `json:"version"`
	Title   string `json:"title"`
	HTML    string `json:"html"`
}

// events relays what the manager tells until the reader leaves.
func (d *dashboard) events(w http.ResponseWriter, r *http.Request) {
	d.relay(w, r, d.relayStatus, d.relayUsage)
}

// logEvents is events for a page that shows logs only.
func (d *dashboard) logEvents(w http.ResponseWriter, r *http.Request) { d.relay(w, r) }

// relay runs relays, and one for each log that the reader asks for, until it leaves.
func (d *dashboard) relay(w http.ResponseWriter, r *http.Request, relays ...func(*stream)) {
	logs, err := parseLogRequests(r.URL.Query()["log"])
	if err != nil {
		web.JSON(w, http.StatusBadRequest, control.Problem{What: "The request cannot be read.", Why: manager.Sentence(err.Error())})
		return
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	s := &stream{ctx: ctx, stop: stop, out: sse.NewStream(w)}
	var running sync.WaitGroup
	for _, relay := range relays {
		running.Go(func() { relay(s) })
	}
	for _, log := range logs {
		running.Go(func() { d.relayLog(s, log) })
	}
	running.Wait()
}

// send tells the reader something; one that cannot be told has left.
func (s *stream) send(event string, data any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out.Send(event, data) != nil {
		s.stop()
	}
}

// reconnect calls listen, which listens to the manager and calls heard when it hears
// something, again and again until the reader leaves; lost is told why nothing was.
func (s *stream) reconnect(listen func(heard func()) error, lost func(error)) {
	for s.ctx.Err() == nil {
		delay := reconnectDelay
		err := listen(func() { delay = resumeDelay })
		if delay == reconnectDelay && s.ctx.Err() == nil {
			lost(err)
		}
		select {
		case <-s.ctx.Done():
		case <-time.After(delay):
		}
	}
}

func (d *dashboard) relayStatus(s *stream) {
	var last *control.Status
	var told string // the trouble last shown
	s.reconnect(func(heard func()) error {
		return d.client.Watch(s.ctx, func(status control.Status) {
			heard()
			last, told = &status, ""
			s.send("status", status)
			s.show(view(last, nil))
		})
	}, func(err error) {
		if err.Error() != told {
			told = err.Error()
			s.show(view(last, err))
		}
	})
}

func (s *stream) show(o homeView) {
	html, err := fragment("home", "live", o)
	if err != nil {
		s.stop()
		return
	}
	event := pageEvent{Title: o.Title, HTML: html}
	if o.Status != nil {
		event.Version = o.Status.Version
	}
	s.send("page", event)
}

func (d *dashboard) relayUsage(s *stream) {
	s.reconnect(func(heard func()) error {
		return d.client.WatchUsage(s.ctx, func(usages control.Usages) {
			heard()
			s.send("usage", usages)
		})
	}, func(error) { s.send("usage", control.Usages{}) })
}
