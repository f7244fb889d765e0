package dashboard

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"agents-tray/manager/control"
	"agents-tray/services/web"
)

// home shows the state, or that the instance does not answer and what to do.
func (d *dashboard) home(w http.ResponseWriter, r *http.Request) {
	status, err := d.client.Status(r.Context())
	if err != nil {
		render(w, http.StatusServiceUnavailable, "home", view(nil, err))
		return
	}
	v := view(&status, nil)
	v.Figures = figuresOf(status)
	render(w, http.StatusOK, "home", v)
}

// tryAgain is the advice after a service refused an action.
func tryAgain() string { return say("Try again. If it is refused again, its log may say more.") }

// notDone says that an action on a service was not done; "" if there is no such action.
func notDone(action control.Action, title string) string {
	switch action {
	case control.Start:
		return say("{service} was not started.", "{service}", title)
	case control.Stop:
		return say("{service} was not stopped.", "{service}", title)
	case control.Restart:
		return say("{service} was not restarted.", "{service}", title)
	}
	return ""
}

// title is what to call a service: its title, or its name where that is not known.
func (d *dashboard) title(ctx context.Context, name string) string {
	status, err := d.client.Status(ctx)
	if err != nil {
		return name
	}
	service, _ := status.Service(name)
	return cmp.Or(service.Title, name)
}

// act requests an action on one service.
func (d *dashboard) act(w http.ResponseWriter, r *http.Request) {
	action := control.Action(r.PathValue("action"))
	if notDone(action, "") == "" {
		web.JSON(w, http.StatusNotFound, control.Problem{What: say("There is no such action."), Now: say("A service can be started, stopped or restarted.")})
		return
	}
	name := r.PathValue("name")
	if err := d.client.Act(r.Context(), name, action); err != nil {
		refuse(w, err, notDone(action, d.title(r.Context(), name)), tryAgain())
		return
	}
	web.JSON(w, http.StatusAccepted, struct{}{})
}

// move requests another port for a service until its next start, which the menu offers
// while the service's own port is taken.
func (d *dashboard) move(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	err := d.client.Choose(r.Context(), "move", name, r.PathValue("port"))
	if errors.Is(err, control.ErrNoItem) {
		err = &control.Refused{Status: http.StatusConflict, Message: say("that port is not offered any more: the service's own may be free now")}
	}
	if err != nil {
		refuse(w, err, say("{service} was not moved.", "{service}", d.title(r.Context(), name)), tryAgain())
		return
	}
	web.JSON(w, http.StatusAccepted, struct{}{})
}

// startAll requests the start of all services.
func (d *dashboard) startAll(w http.ResponseWriter, r *http.Request) {
	if err := d.client.StartAll(r.Context()); err != nil {
		refuse(w, err, say("Nothing was started."), say("Try again, or start each service by itself."))
		return
	}
	web.JSON(w, http.StatusAccepted, struct{}{})
}

// take has something run from here that was found on this computer. The answer names this page's
// address from then on, which may be another.
func (d *dashboard) take(w http.ResponseWriter, r *http.Request) {
	taken, err := d.client.Take(context.WithoutCancel(r.Context()), r.PathValue("name")) // it may end this process
	if err != nil {
		refuse(w, err, say("The services file was not changed."), say("In a terminal, agents-tray init --python writes it, too, and says what is in the way."))
		return
	}
	web.JSON(w, http.StatusAccepted, map[string]string{"page": taken.Page})
}

// platformOffer is the offer to run the Python platform from here; nil: there is none.
func platformOffer(status *control.Status) *control.Offer {
	for _, offer := range status.Offers {
		if offer.Name == control.PlatformOffer {
			return &offer
		}
	}
	return nil
}
