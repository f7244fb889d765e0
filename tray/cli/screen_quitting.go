package cli

import (
	"agents-tray/manager/control"
	"agents-tray/tray/words"
)

// ShowQuitting prints what has become of a request to quit since it was last shown; nil
// says that there is none.
func (s *screen) ShowQuitting(now *control.Quitting) {
	before := s.quitting
	switch {
	case now == nil && before == nil, now != nil && before != nil && now.Decided == before.Decided && now.Deadline.Equal(before.Deadline):
		return
	case now != nil && now.Workflows == 0:
		return // it quits in this moment
	}
	s.quitting = now
	english := words.English
	switch {
	case now == nil:
		s.Say("It goes on: the wish to quit was taken back")
	case now.Decided:
		s.Say("%s", english.Count(now.Workflows, words.QuitWaitsOne, words.QuitWaitsMany, english.Clock(now.Deadline)))
		s.Say("  agents-tray do quit-now does not wait, agents-tray do keep-running takes it back")
	default:
		s.Say("%s %s", english.Count(now.Workflows, words.QuitQuestionOne, words.QuitQuestionMany), english.Say(words.QuitQuestionBody, english.Clock(now.Deadline)))
		s.Say("  Answer in the tray menu, or in another terminal: agents-tray do finish, quit-now or keep-running")
	}
}
