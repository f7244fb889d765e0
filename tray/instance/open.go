package instance

import (
	"path/filepath"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/tray"
	"agents-tray/tray/open"
	"agents-tray/tray/words"
)

// dashboard is the name of the built-in service whose pages show the program itself, and
// of the page that a second launch asks for, however the service is called here.
const dashboard = "dashboard"

// dashboard returns the name of the service whose pages show the program itself; false if
// there is none: one that is merely called so is somebody else's.
func (i *Instance) dashboard() (name string, ok bool) {
	for _, spec := range i.services() {
		if spec.Builtin == dashboard {
			return spec.Name, true
		}
	}
	return "", false
}

// frontPage returns the service whose page stands for the whole: the Dashboard, one that is
// called so, or the first page of the menu; false if there is none.
func (i *Instance) frontPage() (service manager.Service, ok bool) {
	snapshot := i.manager.Snapshot()
	name, ok := i.dashboard()
	if !ok {
		name = dashboard
	}
	if service, ok := snapshot.Service(name); ok && service.URL != "" {
		return service, true
	}
	for _, service := range snapshot.Services {
		if service.Open && service.URL != "" {
			return service, true
		}
	}
	return manager.Service{}, false
}

// browserTime is how long whoever asks in a terminal waits for what comes of the browser's command.
const browserTime = time.Second

// Open opens a service's page, or "review", in the browser, once it answers, and tells what
// came of it as far as that is known soon. An instance that is
// ending opens nothing: the error is manager.ErrShutDown.
func (i *Instance) Open(name string, asked control.OpenRequest) (control.Opening, error) {
	on := open.Desktop{Token: asked.Token, Env: asked.Desktop}
	if i.ending() || i.followTo(on) {
		return control.Opening{}, manager.ErrShutDown
	}
	if len(on.Env) > 0 && open.KeyLost() { // the session's bus may be back at its old address, which followTo does not tell
		on.Adopt()
	}
	if asked.AtLogin {
		return control.Opening{AtLogin: true}, nil
	}
	on = on.Seen()
	snapshot, path := i.manager.Snapshot(), ""
	service, known := snapshot.Service(name)
	switch {
	case name == "review":
		of, ok := i.dashboard()
		if !ok {
			i.openReview(on)
			return control.Opening{Nothing: true}, nil
		}
		service, path = i.serviceNamed(of), "/review"
	case name == dashboard && (!known || service.URL == ""):
		var ok bool
		if service, ok = i.frontPage(); !ok {
			i.tellRunning()
			return control.Opening{Nothing: true}, nil
		}
	case !known:
		return control.Opening{}, manager.ErrUnknownService(name)
	case service.URL == "":
		return control.Opening{Nothing: true}, nil
	}
	opening := control.Opening{Title: service.Title, URL: service.URL + path}
	pending := i.openLater(page{service.Name, path}, on)
	if opening.Later = i.browse.isWaiting(pending); opening.Later {
		return opening, nil
	}
	if err := pending.outcome(); err != nil {
		opening.Problem = cause(words.English, err)
	}
	return opening, nil
}

func (i *Instance) serviceNamed(name string) manager.Service {
	service, _ := i.manager.Snapshot().Service(name)
	return service
}

// openReview shows how the previous session ended: on the Dashboard's page, which says
// that it was seen when it is shown, or in a message.
func (i *Instance) openReview(on open.Desktop) {
	if name, ok := i.dashboard(); ok {
		i.openLater(page{name, "/review"}, on)
		return
	}
	review := i.Review()
	if review == nil {
		return
	}
	n := i.uncleanMessage(review)
	n.Actions, n.Shown = nil, i.markReviewed
	n.Body += "\n" + i.language.Say(words.SessionsShowMore)
	i.answer(n)
}

// openPart opens a page of the Dashboard; false if there is none.
func (i *Instance) openPart(path string, on open.Desktop) bool {
	name, ok := i.dashboard()
	if ok {
		i.openLater(page{name, path}, on)
	}
	return ok
}

// showLog opens the Dashboard's page of a log, or the file where there is no Dashboard to
// show it.
func (i *Instance) showLog(service string, on open.Desktop) {
	if p, ok := i.logPage(service); ok {
		i.openLater(p, on)
	} else if path, err := i.LogFile(service); err == nil {
		i.openFile(path, on)
	}
}

// logPage is the Dashboard's page of a log, if there is a Dashboard to show it.
func (i *Instance) logPage(service string) (page, bool) {
	name, ok := i.dashboard()
	return page{name, "/services/" + service + "/log"}, ok && i.serviceNamed(name).State == manager.Ready
}

// editServices opens the services file, and says when it counts. The error says why there is none.
func (i *Instance) editServices(on open.Desktop) (path string, opened <-chan error, err error) {
	path, err = config.Edit(i.options.Config, i.options.Folders)
	if err != nil {
		i.answer(tray.Notification{Summary: i.language.Say(words.NotTaken), Body: because(i.language, err)})
		return "", nil, err
	}
	i.answer(tray.Notification{Summary: tray.Name, Body: i.language.Say(words.EditServicesBody, filepath.Base(path))})
	return path, i.openFile(path, on), nil
}

// openFile opens a file. Nobody need wait for its error: its program may outlive this one.
func (i *Instance) openFile(path string, on open.Desktop) <-chan error {
	opened := make(chan error, 1)
	go func() {
		err := open.File(path, on)
		if err != nil {
			name, why := filepath.Base(path), cause(i.language, err)
			i.answer(tray.Notification{Summary: i.language.Say(words.NotOpened, name), Body: i.language.Say(words.NoBrowserBody, path, why)})
		}
		opened <- err
	}()
	return opened
}

// openLater opens a page now or when its service answers; a service that is stopped is
// started for it.
func (i *Instance) openLater(p page, on open.Desktop) *opening {
	idle := i.serviceNamed(p.service).State.Idle()
	pending := i.browse.want(p, on, idle, func() { i.tellOpening(p) })
	if idle {
		go func() { // it ends with the manager at the latest; its outcome shows in the menu
			_ = i.manager.Start(p.service)
			i.browse.release(pending)
			i.browse.look(i.manager.Snapshot())
		}()
	}
	i.browse.look(i.manager.Snapshot())
	return pending
}

// pageOpened tells of a page that no browser has opened.
func (i *Instance) pageOpened(o *opening) {
	if o.err == nil {
		return
	}
	i.answer(tray.Notification{
		Key: aboutOpening + o.service, Summary: i.language.Say(words.NoBrowser), Body: i.language.Say(words.NoBrowserBody, o.url, cause(i.language, o.err)),
		Actions: []tray.Action{
			{Label: i.language.Say(words.CopyAddress), Intent: tray.Intent{Verb: tray.CopyAddress, Service: o.service, Path: o.path}},
		},
	})
}

// tellOpening says that a page which was asked for will come, if its service is slow.
func (i *Instance) tellOpening(p page) {
	if view, ok := i.manager.Snapshot().Service(p.service); ok && !view.State.Idle() {
		i.tell(tray.Notification{
			Key: aboutOpening + p.service, Summary: i.language.Say(words.OpensLater, view.Title), Body: i.language.Say(words.OpensLaterBody),
		})
	}
}

// tellRunning says that the program runs, to somebody who has started it again and for whom
// there is no page to open.
func (i *Instance) tellRunning() {
	i.answer(tray.Notification{Summary: i.language.Say(words.NoTray, tray.Name), Body: i.language.Say(i.noPage())})
}

// noPage says where the program is, and that it has no page.
func (i *Instance) noPage() words.Key {
	if i.noTray.Load() {
		return words.NoTrayNoPageBody
	}
	return words.NoPageBody
}
