package instance

import (
	"agents-tray/manager"
	"agents-tray/tray"
)

// Model is what the tray shows of the instance.
func (i *Instance) Model() tray.Model {
	chosen, snapshot := i.settings.get(), i.manager.Snapshot()
	model := tray.Model{
		Snapshot: snapshot, Language: i.language, Version: i.options.Version,
		Paused:        len(stillPaused(snapshot, chosen.Paused)) > 0,
		AtLogin:       i.atLogin.State(),
		Notifications: !chosen.Quiet,
	}
	_, shows := i.dashboard()
	model.NoDashboard = !shows
	model.Workflows, model.Quitting = i.quitting.look()
	i.mu.Lock()
	defer i.mu.Unlock()
	model.Usual, model.Asks, model.Offers = i.usual, i.asks, i.offers()
	if i.review != nil && !i.reviewed {
		model.Unclean = uncleanOf(i.unclean)
	}
	if n := len(i.notices); n > 0 {
		model.Notice = &i.notices[n-1].Notice
	}
	return model
}

// firstModel is what the tray shows until the instance has begun: the same services.
func (i *Instance) firstModel() tray.Model {
	chosen := i.settings.get()
	model := tray.Model{
		Snapshot: manager.Snapshot{Phase: manager.PhaseStarting}, Beginning: true, Language: i.language, Version: i.options.Version,
		AtLogin: i.atLogin.State(), Notifications: !chosen.Quiet,
	}
	_, shows := i.dashboard()
	model.NoDashboard = !shows
	for _, spec := range i.services() {
		model.Services = append(model.Services, manager.Service{
			Name: spec.Name, Title: spec.Title, URL: spec.URL, Address: spec.Listen, Open: spec.Open, Once: spec.Once, State: manager.Starting,
		})
	}
	return model
}

// stillPaused are those of the paused services that nobody has started since.
func stillPaused(snapshot manager.Snapshot, paused []string) []string {
	var still []string
	for _, name := range paused {
		if service, ok := snapshot.Service(name); ok && service.ByHand {
			still = append(still, name)
		}
	}
	return still
}
