package session

import (
	"time"

	"agents-tray/tray"
	"agents-tray/tray/clipboard"
	"agents-tray/tray/login"
	"agents-tray/tray/words"
)

// Desktop is where the session shows messages.
type Desktop interface {
	Notify(tray.Notification)
	Withdraw(key string)
}

// nowhere is the desktop of a session in a terminal, which prints what there is to say.
type nowhere struct{}

func (nowhere) Notify(tray.Notification) {}
func (nowhere) Withdraw(string)          {}

// prepareTray makes what the tray needs before anything can be told.
func (s *Session) prepareTray() {
	s.language = words.System()
	s.settings = openSettings(s.options.Folders.Config)
	s.atLogin, _ = login.This(tray.Name) // without a path nothing is enabled, and Enable says why
	s.announcer.language, s.announcer.show, s.announcer.withdraw = s.language, s.tell, s.withdraw
	s.quitting.end, s.quitting.changed = s.Quit, s.changed.tell
	s.quitting.asked, s.quitting.decided = s.askToQuit, s.tellOfWaiting
	s.quitting.over = func() { s.withdraw(aboutQuit) }
}

// SetDesktop gives the session a place for messages, and tells what has happened before.
func (s *Session) SetDesktop(d Desktop) {
	s.mu.Lock()
	s.desktop = d
	review, notices, asks := s.review, s.noticeTexts(), s.asks
	s.mu.Unlock()
	say := s.language.Say
	switch {
	case asks:
		s.answer(tray.Notification{ // nothing else would say why nothing happens
			Key: aboutUnclean, Summary: say(words.NothingStarted), Urgent: true,
			Body: say(words.NothingStartedBody, s.language.Sentence(review.Cause)),
			Actions: []tray.Action{
				{Label: say(words.StartEverything), Intent: tray.Intent{Verb: tray.StartAll}},
				{Label: say(words.Review), Intent: tray.Intent{Verb: tray.Review}},
			},
		})
	case review != nil:
		body := s.language.Sentence(review.Cause)
		if line := review.Interrupted(); line != "" {
			body += "\n" + s.language.Sentence(line)
		}
		s.tell(tray.Notification{
			Key: aboutUnclean, Summary: say(words.UncleanEnd), Body: body,
			Actions: []tray.Action{
				{Label: say(words.Review), Intent: tray.Intent{Verb: tray.Review}},
				{Label: say(words.Dismiss), Intent: tray.Intent{Verb: tray.Dismiss}},
			},
		})
	}
	for _, notice := range notices {
		s.tell(tray.Notification{
			Summary: tray.Name, Body: s.language.Sentence(notice),
			Actions: []tray.Action{{Label: say(words.OpenPage, "Dashboard"), Intent: tray.Intent{Verb: tray.Notices}}},
		})
	}
}

// tell shows a message, unless the user wants none.
func (s *Session) tell(n tray.Notification) {
	if !s.settings.get().Quiet {
		s.answer(n)
	}
}

// answer shows a message that answers what the user has just asked for, and is shown in
// any case.
func (s *Session) answer(n tray.Notification) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.desktop.Notify(n)
}

// withdraw takes a message away that is no longer true.
func (s *Session) withdraw(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.desktop.Withdraw(key)
}

// tellNoTray says where the program is on a desktop that shows no icon.
func (s *Session) tellNoTray() {
	s.tell(tray.Notification{
		Summary: s.language.Say(words.NoTray, tray.Name), Body: s.language.Say(words.NoTrayBody),
		Actions: []tray.Action{{Label: s.language.Say(words.OpenPage, "Dashboard"), Intent: tray.Intent{Verb: tray.Notices}}},
	})
}

func (s *Session) askToQuit(workflows int, deadline time.Time) {
	say := s.language.Say
	s.answer(tray.Notification{
		Key: aboutQuit, Urgent: true,
		Summary: s.language.Count(workflows, words.QuitQuestionOne, words.QuitQuestionMany),
		Body:    say(words.QuitQuestionBody, words.Clock(deadline)),
		Actions: []tray.Action{
			{Label: say(words.FinishAndQuit), Intent: tray.Intent{Verb: tray.FinishAndQuit}},
			{Label: say(words.QuitNow), Intent: tray.Intent{Verb: tray.QuitNow}},
			{Label: say(words.KeepRunning), Intent: tray.Intent{Verb: tray.KeepRunning}},
		},
	})
}

func (s *Session) tellOfWaiting(workflows int, deadline time.Time) {
	say, until := s.language.Say, words.Clock(deadline)
	s.answer(tray.Notification{
		Key: aboutQuit, Summary: words.Fit(s.language.Count(workflows, words.QuitWaitsOne, words.QuitWaitsMany, until), 63),
		Body: say(words.QuitWaitsBody, until),
		Actions: []tray.Action{
			{Label: say(words.KeepRunning), Intent: tray.Intent{Verb: tray.KeepRunning}},
			{Label: say(words.QuitNow), Intent: tray.Intent{Verb: tray.QuitNow}},
		},
	})
}

// copy puts text on the clipboard; where there is none, a message shows it.
func (s *Session) copy(text string) {
	go func() { // an X server may take its time; at the end it is as good as not asked for
		if err := clipboard.Copy(text); err != nil {
			s.answer(tray.Notification{Summary: s.language.Say(words.NotCopied), Body: text})
		}
	}()
}
