package tray

import (
	"fmt"
	"strings"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/tray/autostart"
	"agents-tray/tray/words"
)

// Model is all that the icon, the menu and its counterparts in the terminal are made
// from.
type Model struct {
	manager.Snapshot
	// Beginning says that nothing can be asked for yet but the end.
	Beginning bool
	Language  words.Language
	Version   string
	// Usual is how long a start usually takes; 0: not known, or too short to tell.
	Usual time.Duration
	// Paused says that the user has paused all services.
	Paused bool
	// Unclean is how the previous session ended; nil: as it should.
	Unclean *words.Unclean
	// Asks says that nothing was started, because the last sessions did not end well.
	Asks bool
	// NoDashboard says that no page shows the sessions.
	NoDashboard bool
	// Notice is something the user should know that concerns no single service, or nil.
	Notice *words.Notice
	// Offers are what was found and could be run from here.
	Offers []control.Offer
	// Workflows are the names of those that are running.
	Workflows []string
	// Quitting is set while the user's wish to quit waits for Workflows.
	Quitting *Quitting
	// AtLogin says what starts when the user logs in, and Notifications that messages may be
	// shown.
	AtLogin       autostart.State
	Notifications bool
	// Now is the time from which others are told; zero: the present.
	Now time.Time
}

// now is the time as seen from which the menu tells of others.
func (m Model) now() time.Time {
	if m.Now.IsZero() {
		return time.Now()
	}
	return m.Now
}

// Quitting is a wish to quit that waits.
type Quitting struct {
	// Decided says that the workflows are to be finished first, and Deadline when they
	// are stopped all the same. Until it is, Deadline is when that is decided without an
	// answer.
	Decided  bool
	Deadline time.Time
}

// Verb says what a click asks for.
type Verb string

const (
	Nothing     Verb = ""
	Open        Verb = "open"    // Service's page in the browser
	Start       Verb = "start"   // Service
	Stop        Verb = "stop"    // Service
	Restart     Verb = "restart" // Service
	ShowLog     Verb = "log"     // of Service
	CopyAddress Verb = "copy"    // of Service
	Move        Verb = "move"    // Service to Port

	StartAll   Verb = "start-all"
	RestartAll Verb = "restart-all"
	PauseAll   Verb = "pause"
	Resume     Verb = "resume" // what was paused

	Review        Verb = "review"        // how the previous session ended
	Notices       Verb = "notices"       // what there is to know
	History       Verb = "history"       // of the sessions
	EditServices  Verb = "edit-services" // the services file
	Take          Verb = "use"           // an offer, by its name in Service
	Dismiss       Verb = "dismiss"       // how the previous session ended is known
	CopyDiagnosis Verb = "diagnosis"     // to the clipboard
	AtLogin       Verb = "at-login"      // On or off
	Notifications Verb = "notifications" // On or off

	Quit          Verb = "quit"
	FinishAndQuit Verb = "finish" // the workflows, then quit
	QuitNow       Verb = "quit-now"
	KeepRunning   Verb = "keep-running" // after Quit

	// No clicks, but what the tray has to say of the desktop.
	NoTray      Verb = "no-tray"      // it shows no icons
	HasTray     Verb = "has-tray"     // it does after all
	DesktopGone Verb = "desktop-gone" // its bus has gone for good: perhaps the session has ended
)

// Intent is what a click asks for.
type Intent struct {
	Verb    Verb
	Service string // name
	Path    string // of a page of Service, with Open and CopyAddress
	Port    int    // with Move
	On      bool   // with AtLogin and Notifications
	// Token is the desktop's permission for what the click opens to come to the front.
	Token string `json:"-"`
}

// String is the intent as it is typed in a terminal: "restart chat", "at-login on".
func (i Intent) String() string {
	parts := []string{string(i.Verb)}
	if i.Service != "" {
		parts = append(parts, i.Service)
	}
	switch i.Verb {
	case Move:
		parts = append(parts, fmt.Sprint(i.Port))
	case AtLogin, Notifications:
		parts = append(parts, map[bool]string{true: "on", false: "off"}[i.On])
	}
	return strings.Join(parts, " ")
}
