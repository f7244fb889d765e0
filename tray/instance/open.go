package instance

import (
	"io"
	"path/filepath"
	"strings"
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

// dashboard returns the name of the service whose pages show the program itself, "" if there
// is none: one that is merely called so is somebody else's.
func (i *Instance) dashboard() string {
	for _, spec := range i.services() {
		if spec.Builtin == dashboard {
			return spec.Name
		}
	}
	return ""
}

// dashboardTitle is what people know that service by.
func (i *Instance) dashboardTitle() string {
	if service, there := i.manager.Snapshot().Service(i.dashboard()); there {
		return service.Title
	}
	return "Dashboard"
}

// opener opens pages once their service is ready, each once, however often it was asked for.
type opener struct {
	mu     sync.Mutex
	wanted map[string]pendingOpen // by service
	closed bool
}

// pendingOpen is a page that is to be opened when its service is ready.
type pendingOpen struct {
	path string
	slow *time.Timer // until the user is told that the page will open later
}

// slowTime is how long a page is waited for before the user is told.
const slowTime = 2 * time.Second

// Open opens a service's page, or "review", in the browser, once it answers. An instance
// that is ending opens nothing: the error is manager.ErrShutDown.
func (i *Instance) Open(page string) error {
	if i.ending() {
		return manager.ErrShutDown
	}
	if page == "review" {
		i.openReview()
		return nil
	}
	if _, ok := i.manager.Snapshot().Service(page); !ok && page == dashboard && i.dashboard() != "" {
		page = i.dashboard()
	}
	if _, ok := i.manager.Snapshot().Service(page); !ok {
		return manager.ErrUnknownService(page)
	}
	i.openLater(page, "")
	return nil
}

func (i *Instance) openReview() {
	i.openOwn("/review")
	i.Reviewed()
}

// openOwn opens one of the program's own pages. Where nothing serves them, a message has the
// facts, and the command that shows them in a terminal.
func (i *Instance) openOwn(path string) {
	if own := i.dashboard(); own != "" {
		i.openLater(own, path)
		return
	}
	say := i.language.Say
	told := tray.Notification{Key: aboutOwn, Summary: tray.Name, Body: say(words.HistoryByCommand)}
	switch path {
	case "/review":
		if review := i.Review(); review != nil {
			told.Summary = say(words.UncleanEnd)
			lines := []string{say(uncleanOf(i.unclean).Cause)}
			if line := i.language.Interrupted(review.WorkflowNames()); line != "" {
				lines = append(lines, line)
			}
			told.Body = strings.Join(append(lines, told.Body), "\n")
		}
	case "":
		i.mu.Lock()
		told.Body = strings.Join(i.noticeTexts(i.language), "\n")
		i.mu.Unlock()
		if told.Body == "" {
			told.Body = say(words.StatusByCommand)
		}
	}
	i.answer(told)
}

// showLog opens the Dashboard's page of a log, or the file where there is no
// Dashboard to show it.
func (i *Instance) showLog(service string) {
	if view, ok := i.manager.Snapshot().Service(i.dashboard()); ok && view.State == manager.Ready {
		i.openLater(i.dashboard(), "/services/"+service+"/log")
		return
	}
	if path, err := i.LogFile(service); err == nil {
		i.browse.start(func() { i.couldNotOpen(browser.OpenFile(path), path) })
	}
}

// editServices opens the services file, and says when it counts.
func (i *Instance) editServices() {
	path, err := config.Edit(config.Options{File: i.options.ServicesFile}, i.options.Folders)
	if err != nil {
		i.answer(tray.Notification{Summary: i.language.Say(words.NotChanged), Body: err.Error()})
		return
	}
	i.answer(tray.Notification{Summary: tray.Name, Body: i.language.Say(words.EditServicesBody, filepath.Base(path))})
	i.browse.start(func() { i.couldNotOpen(browser.OpenFile(path), path) })
}

// openLater opens a page now or when its service answers; a service that is stopped
// is started for it.
func (i *Instance) openLater(service, path string) {
	i.browse.want(service, path, func() { i.tellOpening(service) })
	if view, _ := i.manager.Snapshot().Service(service); view.State.Idle() {
		go i.manager.Start(service) // ends with the manager at the latest; its outcome shows in the menu
	}
	i.openReady()
}

// openReady opens the pages that are waited for and can be opened now.
func (i *Instance) openReady() {
	for _, service := range i.browse.openReady(i.manager.Snapshot(), i.openPage) {
		i.withdraw(aboutOpening + service)
	}
}

// openPage runs the browser's command, which may take as long as the browser runs.
func (i *Instance) openPage(url string) { i.couldNotOpen(browser.OpenURL(url), url) }

func (i *Instance) couldNotOpen(err error, what string) {
	if err == nil {
		return
	}
	i.answer(tray.Notification{Summary: i.language.Say(words.NoBrowser), Body: i.language.Say(words.NoBrowserBody, what, err)})
}

// tellOpening says that a page which was asked for will come, if its service is slow.
func (i *Instance) tellOpening(service string) {
	if view, ok := i.manager.Snapshot().Service(service); ok && !view.State.Idle() {
		i.tell(tray.Notification{
			Key: aboutOpening + service, Summary: i.language.Say(words.OpensLater, view.Title), Body: i.language.Say(words.OpensLaterBody),
		})
	}
}

func init() {
	browser.Stdout, browser.Stderr = io.Discard, io.Discard // it is of no use in this program's output
}

// want adds a page that is to be opened; slow is called if it is not after slowTime.
func (o *opener) want(service, path string, slow func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.wanted == nil {
		o.wanted = map[string]pendingOpen{}
	}
	w, ok := o.wanted[service]
	if !ok && !o.closed {
		w.slow = time.AfterFunc(slowTime, slow)
	}
	w.path = path
	o.wanted[service] = w
}

// openReady opens the pages whose service is ready, drops those whose service is gone, and
// returns the services of which the user was told to wait and need wait no more.
func (o *opener) openReady(snapshot manager.Snapshot, open func(url string)) (told []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for service, pending := range o.wanted {
		view, ok := snapshot.Service(service)
		if ok && view.State != manager.Ready {
			continue
		}
		delete(o.wanted, service)
		if pending.slow != nil && !pending.slow.Stop() {
			told = append(told, service)
		}
		if ok && view.URL != "" {
			o.startLocked(func() { open(view.URL + pending.path) })
		}
	}
	return told
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

// close drops the pages that are waited for; none is opened any more.
func (o *opener) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for _, pending := range o.wanted {
		if pending.slow != nil {
			pending.slow.Stop()
		}
	}
	clear(o.wanted)
}
