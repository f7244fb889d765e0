package instance

import (
	"errors"
	"slices"
	"sync"
	"time"

	"agents-tray/manager"
	"agents-tray/tray/open"
)

const (
	slowTime     = 2 * time.Second // for a page to open before the user is told that it will
	coalesceTime = time.Second     // in which a page that was opened or wanted is not opened again
)

// errDropped says that a page was not opened, because its service is not to answer.
var errDropped = errors.New("its service does not run")

// page is one of a service's pages.
type page struct{ service, path string }

// opener opens pages once their service is ready, each once, however often it was asked for.
type opener struct {
	open func(address string, on open.Desktop) error // may take as long as a browser's command
	// opened is told of each page that was opened, or could not be: then with opening.err.
	opened func(*opening)
	// withdraw is told of each page whose slow was called and that is waited for no more.
	withdraw func(page)

	mu     sync.Mutex
	wanted []*opening // whose service does not answer yet
	recent []*opening // that were opened
	closed bool
}

// opening is the opening of a page.
type opening struct {
	page
	on      open.Desktop
	url     string        // once it is being opened
	at      time.Time     // when that was, or when it was wanted last
	held    int           // callers that are having its service started
	slow    *time.Timer   // until slow is called
	waiting bool          // its service does not answer yet
	done    chan struct{} // closed once it is opened, or is not to be
	err     error         // once done is closed; nil: it was opened
}

// want has a page opened as soon as its service is ready. If it is wanted already on that
// desktop, or was opened there just now, that opening is returned. slow is called if it takes
// long. With hold, it waits for release even if its service does not run.
func (o *opener) want(p page, on open.Desktop, hold bool, slow func()) *opening {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.recent = slices.DeleteFunc(o.recent, func(r *opening) bool { return time.Since(r.at) >= coalesceTime })
	same := func(other *opening) bool { return other.page == p && slices.Equal(other.on.Env, on.Env) }
	if at := slices.IndexFunc(o.recent, same); at >= 0 {
		o.recent[at].at = time.Now() // of many launches at once the last ones may come late
		return o.recent[at]
	}
	at := slices.IndexFunc(o.wanted, same)
	if at < 0 {
		pending := &opening{page: p, on: on, waiting: true, done: make(chan struct{})}
		if o.closed {
			pending.end(errDropped)
			return pending
		}
		pending.slow = time.AfterFunc(slowTime, slow)
		at, o.wanted = len(o.wanted), append(o.wanted, pending)
	}
	pending := o.wanted[at]
	if on.Token != "" {
		pending.on.Token = on.Token
	}
	if hold {
		pending.held++
	}
	return pending
}

// release undoes a hold of want.
func (o *opener) release(pending *opening) {
	o.mu.Lock()
	defer o.mu.Unlock()
	pending.held--
}

// isWaiting reports whether a page's service does not answer yet.
func (o *opener) isWaiting(pending *opening) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return pending.waiting
}

// look opens the pages whose service is ready, and drops those whose service has failed or
// was stopped.
func (o *opener) look(snapshot manager.Snapshot) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.wanted = slices.DeleteFunc(o.wanted, func(pending *opening) bool {
		service, known := snapshot.Service(pending.service)
		switch {
		case known && service.State == manager.Ready && service.URL != "":
			pending.url, pending.at = service.URL+pending.path, time.Now()
			o.recent = append(o.recent, pending)
			go func() { // nobody waits for it: the browser's command may last longer than the program
				err := o.open(pending.url, pending.on)
				o.mu.Lock()
				if err != nil { // another click is another try
					o.recent = slices.DeleteFunc(o.recent, func(r *opening) bool { return r == pending })
				}
				pending.end(err)
				o.mu.Unlock()
				o.opened(pending)
			}()
		case known && service.State != manager.Ready && (pending.held > 0 || !service.State.Idle()):
			return false
		default:
			pending.end(errDropped)
		}
		if pending.waiting = false; !pending.slow.Stop() {
			o.withdraw(pending.page)
		}
		return true
	})
}

// outcome waits a moment for what comes of opening a page. It is nil if it was opened, or may yet be.
func (p *opening) outcome() error {
	select {
	case <-p.done:
		return p.err
	case <-time.After(browserTime): // its command runs
		return nil
	}
}

// end says how it went. The caller holds the opener's mu.
func (p *opening) end(err error) {
	p.err = err
	close(p.done)
}

// close drops the pages that are waited for; none is opened any more.
func (o *opener) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for _, pending := range o.wanted {
		pending.slow.Stop()
		pending.end(errDropped)
	}
	o.wanted = nil
}
