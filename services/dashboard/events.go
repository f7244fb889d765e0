package dashboard

import (
	"context"
	"net/http"
	"sync"
	"time"

	"agents-tray/manager/control"
	"agents-tray/manager/control/sse"
	"agents-tray/manager/words"
	"agents-tray/services/web"
)

const (
	reconnectDelay = time.Second            // after a failure to connect
	resumeDelay    = 100 * time.Millisecond // after the end of a connection
)

// stream is the event stream of one page. A page has a single one for all its events,
// because a browser opens at most six connections to one host. After each change it sends
//
//	status  control.Status
//	page    {version, title, html}: the content of the home page
//	usage   usageEvent: the last minutes at once, and then every two seconds
//	tail    {service, lines}: the last lines of a log, which replace all before
//	lines   {service, lines}: lines to append
//	silent  {service} and a control.Problem: why that log cannot be read now
//
// When the instance stops answering, one "page" event says so, and usage has nothing that is
// measured now.
type stream struct {
	ctx  context.Context // of the request
	stop context.CancelFunc
	mu   sync.Mutex
	out  *sse.Stream
}

type pageEvent struct {
	Version string `json:"version"`
	Title   string `json:"title"`
	HTML    string `json:"html"`
}

// events streams the state, the usage and the requested logs until the client leaves.
func (d *dashboard) events(w http.ResponseWriter, r *http.Request) {
	d.relay(w, r, d.relayStatus, d.relayUsage)
}

// logEvents streams the requested logs only.
func (d *dashboard) logEvents(w http.ResponseWriter, r *http.Request) { d.relay(w, r) }

// relay runs relays, and one for each requested log, until the client leaves.
func (d *dashboard) relay(w http.ResponseWriter, r *http.Request, relays ...func(*stream)) {
	logs, err := parseLogRequests(r.URL.Query()["log"])
	if err != nil {
		web.JSON(w, http.StatusBadRequest, control.Problem{What: "The request cannot be read.", Why: words.Sentence(err.Error())})
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

// send sends an event. If that fails the client has left, and the stream ends.
func (s *stream) send(event string, data any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out.Send(event, data) != nil {
		s.stop()
	}
}

func (s *stream) reconnect(connect func(received func()) error, failed func(error)) {
	reconnect(s.ctx, connect, failed)
}

// reconnect calls connect again after each end until ctx ends. connect receives events of
// the instance until its connection ends, and calls received for each. failed is called
// with the error of a connection that received nothing.
func reconnect(ctx context.Context, connect func(received func()) error, failed func(error)) {
	for ctx.Err() == nil {
		delay := reconnectDelay
		err := connect(func() { delay = resumeDelay })
		if delay == reconnectDelay && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(delay):
		}
	}
}

func (d *dashboard) relayStatus(s *stream) {
	var last *control.Status
	var shown string // the error last shown
	s.reconnect(func(received func()) error {
		return d.client.Watch(s.ctx, func(status control.Status) {
			received()
			last, shown = &status, ""
			d.meter.note(status)
			s.send("status", status)
			s.show(view(last, nil))
		})
	}, func(err error) {
		if err.Error() != shown {
			shown = err.Error()
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

// relayUsage sends what was measured in the last minutes, and then each new measurement.
func (d *dashboard) relayUsage(s *stream) {
	changed, leave := d.meter.listen()
	defer leave()
	var until time.Time
	for {
		e := d.meter.usage(until)
		until = e.newest(until)
		s.send("usage", e)
		select {
		case <-changed:
		case <-s.ctx.Done():
			return
		}
	}
}
