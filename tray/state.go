package tray

import (
	"time"

	"agents-tray/icons"
	"agents-tray/manager"
	"agents-tray/tray/words"
)

// StateLine says in a few words how everything stands: what is wrong, if anything is.
func StateLine(m Model) string {
	say := m.Language.Say
	switch {
	case m.Phase == manager.PhaseStopping:
		return say(words.Stopping)
	case m.Quitting != nil && m.Quitting.Decided:
		return m.Language.Count(len(m.Workflows), words.QuitWaitsOne, words.QuitWaitsMany, m.Language.Clock(m.Quitting.Deadline))
	case m.Quitting != nil:
		return m.Language.Count(len(m.Workflows), words.QuitAskedOne, words.QuitAskedMany, m.Language.Clock(m.Quitting.Deadline))
	case m.Paused:
		return say(words.Paused)
	}
	switch m.Phase {
	case manager.PhaseStarting:
		if m.Usual >= time.Second {
			return say(words.StartingUsually, m.Language.Duration(m.Usual))
		}
		return say(words.Starting)
	case manager.PhaseRunning:
		if m.Asks { // only what shows why
			return say(words.NothingStarted)
		}
		return say(words.Running)
	case manager.PhaseTrouble:
		if in := troubled(m); len(in) > 0 {
			line := m.Language.Problem(in[0].Problem).Summary
			if len(in) > 1 {
				line = say(words.AndMore, line, len(in)-1)
			}
			return line
		}
	}
	return say(words.Stopped)
}

// troubled are the services that have a problem, while that is what there is to say.
func troubled(m Model) (services []manager.Service) {
	if m.Phase != manager.PhaseTrouble || m.Paused || m.Quitting != nil {
		return nil
	}
	for _, service := range m.Services {
		if service.Problem != nil {
			services = append(services, service)
		}
	}
	return services
}

// tooltipUnits is how much of a tooltip Windows shows, in UTF-16 units.
const tooltipUnits = 127

// Title is what the icon says in words, where a panel shows its title or a tooltip.
func Title(m Model) string {
	title := Name + " – " + StateLine(m)
	if m.Unclean != nil && m.Phase != manager.PhaseTrouble {
		title += ". " + m.Language.Say(words.UncleanEnd)
	}
	return words.Fit(title, tooltipUnits)
}

// iconState chooses the icon.
func iconState(m Model) icons.State {
	switch {
	case m.Phase == manager.PhaseStopping:
		return icons.Stopped
	case m.Phase == manager.PhaseTrouble, m.Unclean != nil, m.Asks, m.Quitting != nil:
		return icons.Attention
	case m.Paused:
		return icons.Stopped
	case m.Phase == manager.PhaseStarting:
		return icons.Starting
	case m.Phase == manager.PhaseRunning:
		return icons.Running
	}
	return icons.Stopped
}
