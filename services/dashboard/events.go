package dashboard

import (
	"context"
	"net/http"
	"sync"
	"time"

	"agents-tray/manager/control"
	"agents-tray/manager/control/sse"
)

const (
	reconnectDelay = time.Second            // after a failure to connect
	resumeDelay    = 100 * time.Millisecond // after the end of a connection
)

// stream is the event stream of one page. A page has a single one for all its events,
// because a browser opens at most six connections to one host. After each change it sends
//
//	status  control.Status
//	page    {version, title, html}: the content of the home page, but for the figures
//	figures {html}: those of the platform, also after each change of its database
//	usage   usageEvent: the last minutes at once, and then every two seconds
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

// events streams the state and the usage until the client leaves.
func (d *dashboard) events(w http.ResponseWriter, r *http.Request) {
	d.relay(w, r, d.relayHome, d.relayUsage)
}

// relay runs relays until the client leaves.
func (d *dashboard) relay(w http.ResponseWriter, r *http.Request, relays ...func(*stream)) {
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	s := &stream{ctx: ctx, stop: stop, out: sse.NewStream(w)}
	var running sync.WaitGroup
	for _, relay := range relays {
		running.Go(func() { relay(s) })
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

// relayStatus returns what sends each status, and the page that it makes.
func (s *stream) relayStatus() func(*control.Status, error) {
	var last *control.Status
	return func(status *control.Status, err error) {
		if err == nil {
			last = status
			s.send("status", status)
		}
		s.show(view(last, err))
	}
}

// watch calls seen with each status of the instance, and once with the error when it does
// not answer, for as long as that is the same.
func (s *stream) watch(d *dashboard, seen func(*control.Status, error)) {
	var told string // the error told last
	s.reconnect(func(received func()) error {
		return d.client.Watch(s.ctx, func(status control.Status) {
			received()
			told = ""
			d.meter.note(status)
			seen(&status, nil)
		})
	}, func(err error) {
		if err.Error() != told {
			told = err.Error()
			seen(nil, err)
		}
	})
}

func (s *stream) show(o homeView) {
	event := pageEvent{Title: o.Title}
	if o.Status != nil {
		event.Version = o.Status.Version
	}
	s.sendPage("home", o, event)
}

// sendPage sends the live part of a page, made from data. If that fails the stream ends.
func (s *stream) sendPage(set string, data any, event pageEvent) {
	html, err := fragment(set, "live", data)
	if err != nil {
		s.stop()
		return
	}
	event.HTML = html
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
