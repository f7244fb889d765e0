package session

import (
	"io"
	"path/filepath"
	"sync"
	"time"

	"github.com/pkg/browser"

	"agents-tray/manager"
	"agents-tray/manager/config"
	"agents-tray/tray"
	"agents-tray/tray/words"
)

// dashboard is the name of the built-in service whose pages show the program itself, and
// the page that a second launch asks for, however the service is called here.
const dashboard = "dashboard"

// dashboard returns the name of the service whose pages show the program itself.
func (s *Session) dashboard() string {
	for _, spec := range s.options.Services {
		if spec.Builtin == dashboard {
			return spec.Name
		}
	}
	return dashboard // there is none
}

// opener opens pages once their service answers, each once, whatever the number of
// clicks until then.
type opener struct {
	mu     sync.Mutex
	wanted map[string]wish // by service
	closed bool
}

// wish is a page that is to be opened.
type wish struct {
	path string
	slow *time.Timer // until the user is told that it takes time
}

// slowTime is how long a page is waited for without a word.
const slowTime = 2 * time.Second

// Open opens a service's page, or "review", in the browser, once it answers. A session
// that is ending opens nothing: the error is manager.ErrShutDown.
func (s *Session) Open(page string) error {
	if s.ending() {
		return manager.ErrShutDown
	}
	if page == "review" {
		s.openReview()
		return nil
	}
	if _, ok := s.manager.Snapshot().Service(page); !ok && page == dashboard {
		page = s.dashboard()
	}
	if _, ok := s.manager.Snapshot().Service(page); !ok {
		return manager.ErrUnknownService(page)
	}
	s.openLater(page, "")
	return nil
}

func (s *Session) openReview() {
	s.openLater(s.dashboard(), "/review")
	s.Reviewed()
}

// showLog opens the Dashboard's page of a log, or the file where there is no
// Dashboard to show it.
func (s *Session) showLog(service string) {
	if view, ok := s.manager.Snapshot().Service(s.dashboard()); ok && view.State == manager.Ready {
		s.openLater(s.dashboard(), "/services/"+service+"/log")
		return
	}
	if path, err := s.LogFile(service); err == nil {
		s.browse.start(func() { s.couldNotOpen(browser.OpenFile(path), path) })
	}
}

// editServices opens the services file, and says when it counts.
func (s *Session) editServices() {
	path, err := config.Edit(config.Options{File: s.options.ServicesFile}, s.options.Folders)
	if err != nil {
		s.answer(tray.Notification{Summary: s.language.Say(words.NotChanged), Body: err.Error()})
		return
	}
	s.answer(tray.Notification{Summary: tray.Name, Body: s.language.Say(words.EditServicesBody, filepath.Base(path))})
	s.browse.start(func() { s.couldNotOpen(browser.OpenFile(path), path) })
}

// openLater opens a page now or when its service answers; a service that is stopped
// is started for it.
func (s *Session) openLater(service, path string) {
	s.browse.want(service, path, func() { s.tellOpening(service) })
	if view, _ := s.manager.Snapshot().Service(service); view.State.Idle() {
		go s.manager.Start(service) // ends with the manager at the latest; its outcome shows in the menu
	}
	s.openReady()
}

// openReady opens the pages that are waited for and can be opened now.
func (s *Session) openReady() {
	for _, service := range s.browse.look(s.manager.Snapshot(), s.openPage) {
		s.withdraw(aboutOpening + service)
	}
}

// openPage runs the browser's command, which may take as long as the browser runs.
func (s *Session) openPage(url string) { s.couldNotOpen(browser.OpenURL(url), url) }

func (s *Session) couldNotOpen(err error, what string) {
	if err == nil {
		return
	}
	s.answer(tray.Notification{Summary: s.language.Say(words.NoBrowser), Body: s.language.Say(words.NoBrowserBody, what, err)})
}

// tellOpening says that a page which was asked for will come, if its service is slow.
func (s *Session) tellOpening(service string) {
	if view, ok := s.manager.Snapshot().Service(service); ok && !view.State.Idle() {
		s.tell(tray.Notification{
			Key: aboutOpening + service, Summary: s.language.Say(words.OpensLater, view.Title), Body: s.language.Say(words.OpensLaterBody),
		})
	}
}

func init() {
	browser.Stdout, browser.Stderr = io.Discard, io.Discard // a browser's noise is nobody's
}

// want notes that a page is to be opened; slow is called if that takes long.
func (o *opener) want(service, path string, slow func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.wanted == nil {
		o.wanted = map[string]wish{}
	}
	w, ok := o.wanted[service]
	if !ok && !o.closed {
		w.slow = time.AfterFunc(slowTime, slow)
	}
	w.path = path
	o.wanted[service] = w
}

// look opens what is wanted and ready, and returns the services whose page is no longer
// waited for.
func (o *opener) look(snapshot manager.Snapshot, open func(url string)) (settled []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for service, wish := range o.wanted {
		view, ok := snapshot.Service(service)
		if ok && view.State != manager.Ready {
			continue
		}
		delete(o.wanted, service)
		if wish.slow != nil && !wish.slow.Stop() {
			settled = append(settled, service)
		}
		if ok && view.URL != "" {
			o.startLocked(func() { open(view.URL + wish.path) })
		}
	}
	return settled
}

func (o *opener) start(run func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.startLocked(run)
}

func (o *opener) startLocked(run func()) {
	if !o.closed {
		go run() // nobody waits for it: a browser may outlive the program
	}
}

// close ends the opening of pages.
func (o *opener) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for _, wish := range o.wanted {
		if wish.slow != nil {
			wish.slow.Stop()
		}
	}
	clear(o.wanted)
}
