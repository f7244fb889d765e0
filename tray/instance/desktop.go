package instance

import (
	"context"
	"time"

	"agents-tray/manager/control"
	"agents-tray/tray"
	"agents-tray/tray/autostart"
	"agents-tray/tray/clipboard"
	"agents-tray/tray/open"
	"agents-tray/tray/words"
)

// Desktop is where the instance shows messages.
type Desktop interface {
	Notify(tray.Notification)
	Withdraw(key string)
}

// NoDesktop is where nothing is shown.
var NoDesktop Desktop = nopDesktop{}

// nopDesktop shows nothing: in the terminal form the screen prints what there is to say.
type nopDesktop struct{}

func (nopDesktop) Notify(tray.Notification) {}
func (nopDesktop) Withdraw(string)          {}

// prepareTray sets up what messages and the menu need. It comes before anything is told.
func (i *Instance) prepareTray() {
	i.language = words.System()
	i.settings = openSettings(i.options.Folders.Config)
	i.atLogin, _ = autostart.This(tray.Name, i.options.LoginArguments) // without a path nothing is enabled, and Enable says why
	i.announcer.language, i.announcer.show, i.announcer.withdraw = i.language, i.tell, i.withdraw
	i.announcer.openFront = i.openFront
	i.browse.open, i.browse.opened = open.Page, i.pageOpened
	i.browse.withdraw = func(p page) { i.withdraw(aboutOpening + p.service) }
	i.quitting.end, i.quitting.changed = i.Quit, i.changed.Tell
	i.quitting.asked, i.quitting.decided = i.askToQuit, i.tellOfWaiting
	i.quitting.over = func() { i.withdraw(aboutQuit) }
}

// SetDesktop sets the place for messages, and tells there what has happened before.
func (i *Instance) SetDesktop(d Desktop) {
	i.mu.Lock()
	i.desktop = d
	review, notices, asks := i.review, i.noticeTexts(i.language), i.asks
	i.mu.Unlock()
	say := i.language.Say
	switch {
	case asks:
		i.answer(tray.Notification{ // even with notifications off: nothing else says why nothing starts
			Key: aboutUnclean, Summary: say(words.NothingStarted), Urgent: true,
			Body: say(words.NothingStartedBody, say(uncleanOf(i.unclean).Cause)),
			Actions: []tray.Action{
				{Label: say(words.StartEverything), Intent: tray.Intent{Verb: tray.StartAll}},
				{Label: say(words.Review), Intent: tray.Intent{Verb: tray.Review}},
			},
		})
	case review != nil:
		i.tell(i.uncleanMessage(review))
	}
	for _, notice := range notices {
		i.tell(tray.Notification{Summary: tray.Name, Body: notice, Actions: i.openFront()})
	}
	i.showWelcome()
}

// uncleanMessage tells how the previous session ended.
func (i *Instance) uncleanMessage(review *control.Review) tray.Notification {
	return tray.Notification{
		Key: aboutUnclean, Summary: i.language.Say(words.UncleanEnd), Body: i.reviewText(review),
		Actions: []tray.Action{
			{Label: i.language.Say(words.Review), Intent: tray.Intent{Verb: tray.Review}},
			{Label: i.language.Say(words.Dismiss), Intent: tray.Intent{Verb: tray.Dismiss}},
		},
	}
}

// reviewText is how the previous session ended and what that has interrupted.
func (i *Instance) reviewText(review *control.Review) string {
	text := i.language.Say(uncleanOf(i.unclean).Cause)
	if line := i.language.Interrupted(review.WorkflowNames()); line != "" {
		text += "\n" + line
	}
	return text
}

// openFront is the button of a message that opens the page that stands for the whole; none
// without one.
func (i *Instance) openFront() []tray.Action {
	front, ok := i.frontPage()
	if !ok {
		return nil
	}
	return []tray.Action{{Label: i.language.Say(words.OpenPage, front.Title), Intent: tray.Intent{Verb: tray.Open, Service: front.Name}}}
}

// tell shows a message, unless notifications are off.
func (i *Instance) tell(n tray.Notification) {
	if !i.settings.get().Quiet {
		i.answer(n)
	}
}

// answer shows a message about what the user has just asked for, even if notifications are
// off.
func (i *Instance) answer(n tray.Notification) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.desktop.Notify(n)
}

// withdraw takes a message away that is no longer true.
func (i *Instance) withdraw(key string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.desktop.Withdraw(key)
}

// tellNoTray says where the program is on a desktop that shows no icon.
func (i *Instance) tellNoTray() {
	i.noTray.Store(true)
	body := i.language.Say(i.noPage())
	if front, ok := i.frontPage(); ok {
		body = i.language.Say(words.NoTrayBody, front.Title)
	}
	i.tell(tray.Notification{Key: aboutNoTray, Summary: i.language.Say(words.NoTray, tray.Name), Body: body, Actions: i.openFront()})
}

func (i *Instance) askToQuit(workflows int, deadline time.Time) {
	say := i.language.Say
	i.answer(tray.Notification{
		Key: aboutQuit, Urgent: true,
		Summary: i.language.Count(workflows, words.QuitQuestionOne, words.QuitQuestionMany),
		Body:    say(words.QuitQuestionBody, i.language.Clock(deadline)),
		Actions: []tray.Action{
			{Label: say(words.FinishAndQuit), Intent: tray.Intent{Verb: tray.FinishAndQuit}},
			{Label: say(words.QuitNow), Intent: tray.Intent{Verb: tray.QuitNow}},
			{Label: say(words.KeepRunning), Intent: tray.Intent{Verb: tray.KeepRunning}},
		},
	})
}

func (i *Instance) tellOfWaiting(workflows int, deadline time.Time) {
	say, until := i.language.Say, i.language.Clock(deadline)
	i.answer(tray.Notification{
		Key: aboutQuit, Summary: words.Fit(i.language.Count(workflows, words.QuitWaitsOne, words.QuitWaitsMany, until), 63),
		Body: say(words.QuitWaitsBody, until),
		Actions: []tray.Action{
			{Label: say(words.KeepRunning), Intent: tray.Intent{Verb: tray.KeepRunning}},
			{Label: say(words.QuitNow), Intent: tray.Intent{Verb: tray.QuitNow}},
		},
	})
}

// copyTime is how long an X server may take; one that takes longer hangs.
const copyTime = 3 * time.Second

// copy puts text on the clipboard; where there is none, a message shows it.
func (i *Instance) copy(text string) {
	go func() { // at the end of the program it is not waited for
		copied := make(chan error, 1)
		go func() { copied <- clipboard.Copy(text) }() // ends with the X server at the latest
		err := context.DeadlineExceeded
		select {
		case err = <-copied:
		case <-time.After(copyTime):
		}
		if err != nil {
			i.answer(tray.Notification{Summary: i.language.Say(words.NotCopied), Body: text})
		}
	}()
}
