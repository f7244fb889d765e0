package dashboard

import (
	"context"
	"net/http"
	"time"

	"agents-tray/manager/control"
	"agents-tray/services/web"
)

const (
	redialDelay = time.Second            // how long a lost manager is left alone
	resumeDelay = 100 * time.Millisecond // the same when only the connection ended
)

// stream is one page that listens. It gets two events for each change:
//
//	status  control.Status, for programs
//	page    {version, title, html}: the same in words, for the page to show in place
//
// While the manager does not answer, "page" says so, once.
type stream struct {
	*web.Stream
	last *control.Status
	told string // the trouble last shown
}

type pageEvent struct {
	Version string `json:"version"`
	Title   string `json:"title"`
	HTML    string `json:"html"`
}

// events relays what the manager tells until the reader leaves, and dials again
// when the manager does.
func (d *dashboard) events(w http.ResponseWriter, r *http.Request) {
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	s := &stream{Stream: web.NewStream(w)}
	for ctx.Err() == nil {
		heard := false
		err := d.client.Watch(ctx, func(status control.Status) {
			heard = true
			if s.tell(status) != nil {
				stop()
			}
		})
		delay := resumeDelay
		if !heard {
			delay = redialDelay
			if ctx.Err() != nil || s.tellLost(err) != nil {
				return
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(delay):
		}
	}
}

func (s *stream) tell(status control.Status) error {
	s.last, s.told = &status, ""
	if err := s.Send("status", status); err != nil {
		return err
	}
	return s.show(view(s.last, nil))
}

func (s *stream) tellLost(err error) error {
	if err.Error() == s.told {
		return nil
	}
	s.told = err.Error()
	return s.show(view(s.last, err))
}

func (s *stream) show(o overview) error {
	html, err := fragment("home", "live", o)
	if err != nil {
		return err
	}
	event := pageEvent{Title: o.Title, HTML: html}
	if o.Status != nil {
		event.Version = o.Status.Version
	}
	return s.Send("page", event)
}
