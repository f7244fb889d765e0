package chat

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/words"
	"agents-tray/services/chat/completion"
)

const (
	// offerTime is how long the instance may take to say what can be started.
	offerTime = 5 * time.Second
	// startTime is how long a page waits for a model server to be ready; a response may take a
	// minute.
	startTime = 45 * time.Second
)

// A startable is a model server on this computer that does not run and can be started.
type startable struct {
	Name    string // of the service that it is, or would be
	Title   string
	Program string // empty: it is a service already
	URL     string
}

// startables returns the model servers that can be started: those that the instance has found,
// and those that are services and are stopped. Without an instance there are none.
func (c *chat) startables(ctx context.Context) []startable {
	if c.Instance == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, offerTime)
	defer cancel()
	var found []startable
	if status, err := c.Instance.Status(ctx); err == nil { // else there is nobody to start one
		for _, s := range status.Services {
			known := slices.ContainsFunc(c.LocalServers, func(l completion.LocalServer) bool { return sameOrigin(l.Base, s.URL) })
			if known && s.State.Idle() && !s.Watched {
				found = append(found, startable{Name: s.Name, Title: s.Title, URL: s.URL})
			}
		}
	}
	offers, _ := c.Instance.Offers(ctx) // an earlier version, still running, has none
	for _, o := range offers {
		if o.Name != control.PlatformOffer {
			found = append(found, startable{o.Name, o.Title, o.Program, o.URL})
		}
	}
	return found
}

// startHere is the advice about a server that can be started from the page.
const startHere = "Start it here, and it starts each time with Configurable Agents."

// explainHere is explain, with a way out on the page where there is one.
func (c *chat) explainHere(ctx context.Context, err error, s serverChoice) *problem {
	p := explain(err, s)
	if completion.KindOf(err) != completion.Unreachable || !s.Local() {
		return p
	}
	if _, ok := serverAt(c.startables(ctx), s.Base); ok {
		p.Now = startHere
	}
	return p
}

// serverAt finds the one that would answer at an address.
func serverAt(all []startable, base string) (startable, bool) {
	i := slices.IndexFunc(all, func(s startable) bool { return sameOrigin(s.URL, base) })
	if i < 0 {
		return startable{}, false
	}
	return all[i], true
}

// ServerToStart is the name, for people, of the server that the page can start to get this
// answer; "" if it cannot.
func (m messageView) ServerToStart() string {
	if !m.Last || m.Problem == nil || m.Problem.Now != startHere {
		return ""
	}
	return strings.TrimSuffix(m.Problem.What, " does not answer.")
}

// startServer starts a model server, the one in use unless another is named, and responds when
// it is ready, or when that takes long.
func (c *chat) startServer(w http.ResponseWriter, r *http.Request) {
	body, err := read[struct{ Name string }](w, r)
	if err != nil {
		c.refuse(w, err)
		return
	}
	inUse, err := c.server()
	if err != nil {
		c.refuse(w, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), startTime)
	defer cancel()
	all := c.startables(ctx)
	server, ok := serverAt(all, inUse.Base)
	if body.Name != "" {
		i := slices.IndexFunc(all, func(s startable) bool { return s.Name == body.Name })
		if ok = i >= 0; ok {
			server = all[i]
		}
	}
	if !ok { // it may have been started meanwhile, here or elsewhere
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if server.Program == "" {
		err = c.Instance.Act(ctx, server.Name, control.Start)
	} else {
		_, err = c.Instance.Take(ctx, server.Name)
	}
	if err != nil {
		c.refuse(w, &apiError{http.StatusConflict, problem{
			What: server.Title + " was not started.", Why: words.Sentence(err.Error()),
			Now: "Add it to the services file yourself: Settings ▸ Edit services… in the tray menu.",
		}})
		return
	}
	if p := c.awaitServer(ctx, server); p != nil {
		c.refuse(w, &apiError{http.StatusBadGateway, *p})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// awaitServer waits until a server that was started is ready, or ctx ends. The problem is why it
// has failed.
func (c *chat) awaitServer(ctx context.Context, server startable) (failed *problem) {
	ctx, over := context.WithCancel(ctx)
	defer over()
	_ = c.Instance.Watch(ctx, func(status control.Status) { // ends with ctx, or with the instance
		s, _ := status.Service(server.Name)
		switch {
		case s.State == manager.Ready, s.State == manager.Completed:
			over()
		case s.State == manager.Failed:
			failed = &problem{What: server.Title + " could not be started.", Now: "Its log says more: Services in the tray menu, or the Dashboard."}
			if s.Problem != nil {
				said := words.English.Problem(s.Problem)
				failed.Why = words.Sentence(strings.Trim(fmt.Sprint(said.Summary, ". ", said.Cause), ". "))
				failed.Detail = strings.Join(s.Problem.Shown(len(s.Problem.Lines)), "\n")
			}
			over()
		}
	})
	return failed
}
