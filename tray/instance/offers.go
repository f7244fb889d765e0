package instance

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/config"
	"agents-tray/manager/config/scaffold"
	"agents-tray/manager/control"
	"agents-tray/manager/spec"
	"agents-tray/tray"
	"agents-tray/tray/words"
)

// lookTime bounds a look for what could be run: a network drive may hang.
const lookTime = 3 * time.Second

// restTime is how long after the start the first look comes: the pages that open then need the
// computer more.
const restTime = 500 * time.Millisecond

// takeTime bounds the wait for a change of the services file to be applied.
const takeTime = 10 * time.Second

// finds are what was found on this computer that could be run from here.
type finds struct {
	looking  chan struct{} // holds a value while somebody looks
	platform *scaffold.Platform
	servers  []scaffold.ModelServer
	// configured says that there is a services file.
	configured bool
}

// lookOnce looks for what could be run once the start is over, so that it is no slower.
func (i *Instance) lookOnce() {
	select {
	case <-i.up:
	case <-i.quit:
		return
	}
	rest := time.NewTimer(restTime)
	defer rest.Stop()
	select {
	case <-rest.C:
		i.look(context.Background())
	case <-i.quit:
	}
}

// Look looks again, and returns what there is to offer.
func (i *Instance) Look(ctx context.Context) []control.Offer {
	i.look(ctx)
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.offers()
}

// look looks for what could be run, beside everything else: a look that hangs is not waited
// for longer than lookTime, and no other begins before it is over.
func (i *Instance) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	select {
	case i.finds.looking <- struct{}{}:
	case <-ctx.Done():
		return
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		platform, err := scaffold.FindPlatform(startFolder())
		servers := scaffold.FindModelServers(ctx)
		i.mu.Lock()
		i.finds.platform, i.finds.servers = nil, servers
		if err == nil {
			i.finds.platform = &platform
		}
		i.mu.Unlock()
		<-i.finds.looking
		i.changed.Tell()
	}()
	select {
	case <-over:
	case <-ctx.Done():
	case <-i.quit:
	}
}

// startFolder is where the program was started, in which the Python platform would keep its
// files; from the desktop, that is the home folder.
func startFolder() string {
	folder, err := os.Getwd()
	if home, unknown := os.UserHomeDir(); unknown == nil && (err != nil || folder == filepath.Dir(folder)) {
		return home
	}
	return folder
}

// offers are what was found and is not configured. The caller holds mu.
func (i *Instance) offers() []control.Offer {
	var offers []control.Offer
	if p := i.finds.platform; p != nil && !i.finds.configured {
		offers = append(offers, control.Offer{Name: control.PlatformOffer, Title: "Python platform", Program: p.Program, Dir: p.Dir})
	}
	for _, server := range i.finds.servers {
		if !server.Running && !isConfigured(server, i.services()) {
			offers = append(offers, control.Offer{Name: server.Service.Name, Title: server.Name, Program: server.Program(), URL: server.URL})
		}
	}
	return offers
}

// isConfigured reports whether a model server is one of the services: by its name, its program
// or its address.
func isConfigured(server scaffold.ModelServer, services []spec.ServiceSpec) bool {
	program := filepath.Base(server.Program())
	return slices.ContainsFunc(services, func(s spec.ServiceSpec) bool {
		return s.Name == server.Service.Name || strings.HasPrefix(s.URL+"/", server.URL+"/") || len(s.Command) > 0 && filepath.Base(s.Command[0]) == program
	})
}

// servicesFound takes in whether there is a services file.
func (i *Instance) servicesFound(found bool) {
	i.mu.Lock()
	changed := i.finds.configured != found
	i.finds.configured = found
	i.mu.Unlock()
	if changed {
		i.changed.Tell()
	}
}

// Take writes an offer into the services file, and returns when that is applied.
func (i *Instance) Take(ctx context.Context, name string) (control.Taken, error) {
	taken, _, err := i.take(ctx, name)
	return taken, err
}

// take is Take, and reports whether a model server was found to run already.
func (i *Instance) take(ctx context.Context, name string) (taken control.Taken, running bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, takeTime)
	defer cancel()
	if i.ending() {
		return taken, false, manager.ErrShutDown
	}
	i.mu.Lock()
	offered := slices.ContainsFunc(i.offers(), func(o control.Offer) bool { return o.Name == name })
	platform, servers := i.finds.platform, i.finds.servers
	i.mu.Unlock()
	if !offered && i.hasTaken(name) {
		return i.tookTo(taken), false, nil
	}
	if !offered {
		return taken, false, i.refuse(http.StatusConflict, words.NotOffered)
	}
	changed, stop := i.changed.Watch()
	defer stop()
	there := func() bool { _, there := i.manager.Snapshot().Service(name); return there }
	if name == control.PlatformOffer {
		taken.File, err = config.Create(i.options.Config, i.options.Folders, platform.File().Text())
		there = i.hasMoved
	} else {
		server := servers[slices.IndexFunc(servers, func(s scaffold.ModelServer) bool { return s.Service.Name == name })]
		server.Running = server.Answers(ctx) // by now
		running = server.Running
		taken.Service = name
		taken.File, err = i.add(server.Entry())
	}
	if err != nil {
		return taken, running, i.refusal(err)
	}
	for !there() {
		select {
		case <-changed:
		case <-ctx.Done():
			return taken, running, nil // the file is written, and whoever asks sees the state
		case <-i.quit:
			return taken, running, manager.ErrShutDown
		}
	}
	return i.tookTo(taken), running, nil
}

// tookTo adds where our own page is now.
func (i *Instance) tookTo(taken control.Taken) control.Taken {
	if own, ok := i.dashboard(); ok {
		taken.Page = i.serviceNamed(own).URL
	}
	return taken
}

// hasTaken reports whether an offer is among what runs already. A browser asks once more when
// the page's process, which the offer replaces, is gone before its answer has arrived.
func (i *Instance) hasTaken(name string) bool {
	if name == control.PlatformOffer {
		return i.platformDashboard() != ""
	}
	i.mu.Lock()
	known := slices.ContainsFunc(i.finds.servers, func(s scaffold.ModelServer) bool { return s.Service.Name == name })
	i.mu.Unlock()
	_, runs := i.manager.Snapshot().Service(name)
	return known && runs
}

// add adds a service to the services file; where there is none, to one with those that run
// without it.
func (i *Instance) add(entry scaffold.Service) (file string, err error) {
	i.mu.Lock()
	configured := i.finds.configured
	i.mu.Unlock()
	if configured {
		return config.Add(i.options.Config, i.options.Folders, entry.Addition())
	}
	first := scaffold.Default()
	first.Services = append(first.Services, entry)
	return config.Create(i.options.Config, i.options.Folders, first.Text())
}

// hasMoved reports whether the platform has taken the built-in pages' place, and the built-in
// Dashboard answers where it is now.
func (i *Instance) hasMoved() bool {
	own, ok := i.dashboard()
	return i.platformDashboard() != "" && ok && i.serviceNamed(own).State == manager.Ready
}

// refusal is an error of the services file as who asked for the change is told it.
func (i *Instance) refusal(err error) error {
	say := func(l words.Language) string { return Mistakes(l, err, i.options.Config.File) }
	return &control.Refused{Status: http.StatusConflict, Message: say(words.English), Told: say(i.language)}
}

// takeAndTell takes an offer of the menu, and says what has come of it.
func (i *Instance) takeAndTell(name string) {
	i.mu.Lock()
	title := ""
	for _, offer := range i.offers() {
		if offer.Name == name {
			title = offer.Title
		}
	}
	i.mu.Unlock()
	taken, running, err := i.take(context.Background(), name)
	say, file := i.language.Say, filepath.Base(taken.File)
	n := tray.Notification{Key: aboutServices, Actions: []tray.Action{
		{Label: say(words.EditServices), Intent: tray.Intent{Verb: tray.EditServices}}, {Label: say(words.Dismiss)},
	}}
	switch {
	case title == "":
		n.Summary, n.Body, n.Actions = say(words.NotTaken), say(words.NotOffered), nil
	case err != nil:
		n.Summary, n.Body = say(words.NotTaken), because(i.language, err)
		if refused, ok := errors.AsType[*control.Refused](err); ok {
			n.Body = refused.Told
		}
	case name == control.PlatformOffer:
		n.Summary, n.Body = say(words.PlatformTaken), say(words.PlatformTakenBody, file)
	case running:
		n.Summary, n.Body = say(words.ServerWatched, title), say(words.ServerWatchedBody, file)
	default:
		n.Summary, n.Body = say(words.ServerTaken, title), say(words.ServerTakenBody, file)
	}
	i.answer(n)
}
