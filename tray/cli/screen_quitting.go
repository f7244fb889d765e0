package cli

import (
	"agents-tray/manager/control"
	"agents-tray/tray/words"
)

// ShowQuitting prints what has become of the wish to quit since it was last shown; nil
// says that there is none.
func (s *screen) ShowQuitting(wish *control.Quitting) {
	before := s.wish
	switch {
	case wish == nil && before == nil, wish != nil && before != nil && wish.Decided == before.Decided && wish.Deadline.Equal(before.Deadline):
		return
	case wish != nil && wish.Workflows == 0:
		return // it quits in this moment
	}
	s.wish = wish
	english := words.English
	switch {
	case wish == nil:
		s.Say("It goes on: the wish to quit was taken back")
	case wish.Decided:
		s.Say("%s", english.Count(wish.Workflows, words.QuitWaitsOne, words.QuitWaitsMany, english.Clock(wish.Deadline)))
		s.Say("  agents-tray do quit-now does not wait, agents-tray do keep-running takes it back")
	default:
		s.Say("%s %s", english.Count(wish.Workflows, words.QuitQuestionOne, words.QuitQuestionMany), english.Say(words.QuitQuestionBody, english.Clock(wish.Deadline)))
		s.Say("  Answer in the tray menu, or in another terminal: agents-tray do finish, quit-now or keep-running")
	}
}
