package dashboard

import (
	"errors"
	"net/http"

	"agents-tray/manager/control"
	"agents-tray/services/web"
)

// home shows the present state. Without the manager it shows that, and what to do.
func (d *dashboard) home(w http.ResponseWriter, r *http.Request) {
	status, err := d.client.Status(r.Context())
	if err != nil {
		render(w, http.StatusServiceUnavailable, "home", view(nil, err))
		return
	}
	render(w, http.StatusOK, "home", view(&status, nil))
}

// act passes on a request for one service.
func (d *dashboard) act(w http.ResponseWriter, r *http.Request) {
	action := control.Action(r.PathValue("action"))
	switch action {
	case control.Start, control.Stop, control.Restart:
	default:
		web.JSON(w, http.StatusNotFound, failure{"a service can be started, stopped or restarted, nothing else"})
		return
	}
	if err := d.client.Act(r.Context(), r.PathValue("name"), action); err != nil {
		refuse(w, err)
		return
	}
	web.JSON(w, http.StatusAccepted, struct{}{})
}

// move passes on a request to give a service another port for this time, as the menu
// offers where its own is taken.
func (d *dashboard) move(w http.ResponseWriter, r *http.Request) {
	err := d.client.Choose(r.Context(), "move", r.PathValue("name"), r.PathValue("port"))
	if errors.Is(err, control.ErrNoItem) {
		web.JSON(w, http.StatusConflict, failure{"that port is not offered any more: what stood in the way may be gone"})
		return
	}
	if err != nil {
		refuse(w, err)
		return
	}
	web.JSON(w, http.StatusAccepted, struct{}{})
}

// startAll passes on a request to start everything.
func (d *dashboard) startAll(w http.ResponseWriter, r *http.Request) {
	if err := d.client.StartAll(r.Context()); err != nil {
		refuse(w, err)
		return
	}
	web.JSON(w, http.StatusAccepted, struct{}{})
}
