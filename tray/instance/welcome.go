package instance

import (
	"runtime"

	"agents-tray/tray"
	"agents-tray/tray/open"
	"agents-tray/tray/words"
)

// What has become of the welcome, in the settings.
const (
	welcomeDue  = "due"  // no start so far was one to welcome anybody at
	welcomeOver = "over" // the user was welcomed
)

// welcome opens the front page and says where the program lives, once in a user's life: at
// the first start on a desktop that the user has asked for. first says that there is no
// earlier session. It is recorded first; if that fails there is no welcome, since every start
// would have one.
func (i *Instance) welcome(first bool) {
	chosen := i.settings.get().Welcome
	switch due := chosen == welcomeDue || chosen == "" && first; {
	case !due:
	case !i.options.Welcomes, i.asks && !i.options.Start: // its page would start what is not to start unasked
		if chosen == "" {
			_ = i.settings.set(func(c *choices) { c.Welcome = welcomeDue }) // else there is no welcome
		}
	case i.settings.set(func(c *choices) { c.Welcome = welcomeOver }) == nil:
		i.mu.Lock()
		i.welcomes = true
		i.mu.Unlock()
	}
}

// showWelcome does what welcome has found to be due.
func (i *Instance) showWelcome() {
	i.mu.Lock()
	due := i.welcomes
	i.welcomes = false
	i.mu.Unlock()
	if !due {
		return
	}
	say, where := i.language.Say, words.InPanel
	if runtime.GOOS == "windows" {
		where = words.BesideClock
	}
	body := say(words.WelcomeNoPageBody, say(where))
	front, ok := i.frontPage()
	if ok {
		body = say(words.WelcomeBody, say(where), front.Title)
	}
	// A desktop without icons says so instead: see tellNoTray.
	i.tell(tray.Notification{Key: aboutNoTray, Summary: say(words.NoTray, tray.Name), Body: body, Actions: i.openFront()})
	if ok {
		i.openLater(page{service: front.Name}, open.Desktop{})
	}
}
