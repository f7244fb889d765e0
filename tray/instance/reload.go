package instance

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/config"
	"agents-tray/manager/spec"
	"agents-tray/sessiondb"
	"agents-tray/tray"
	"agents-tray/tray/words"
)

const (
	// saveTime is how long nothing more must happen to the services file before it is read.
	saveTime = 20 * time.Millisecond
	// mistakeTime is that before a mistake in it is told: it may be half written, or away for
	// the moment between two steps of an editor.
	mistakeTime = 500 * time.Millisecond
)

// Topics of notices about the services file.
const (
	servicesNotice = "services file"
	settingsNotice = "settings in the services file"
)

// A servicesFile is what is known of the services file while it is watched.
type servicesFile struct {
	path     string
	was      bool            // there
	settings config.Settings // of the start
	told     string          // the mistake that the user was told of; "": none
}

// services returns the services that the services file named last without a mistake.
func (i *Instance) services() []spec.ServiceSpec {
	if changed := i.specs.Load(); changed != nil {
		return *changed
	}
	return i.options.Services
}

// servicesFile returns the path of the services file, whether it is there or not.
func (i *Instance) servicesFile() string {
	if i.options.Config.File != "" {
		return i.options.Config.File
	}
	return i.options.Folders.Services()
}

// watchServices applies the services file each time it has changed, until the end is asked for.
func (i *Instance) watchServices() {
	if i.options.Load == nil {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	changed, err := config.Watch(ctx, i.servicesFile())
	if err != nil {
		i.setNotice(servicesNotice, &words.Notice{What: words.ServicesUnwatched, Detail: err.Error()})
		return
	}
	file := servicesFile{path: i.servicesFile(), was: i.options.Found, settings: i.options.Settings}
	if unread := i.options.Unread; unread != nil { // which tellUnusable has told
		file.told = unread.Error()
	}
	due, late := time.NewTimer(0), false // it may have changed before it was watched
	defer due.Stop()
	for {
		select {
		case <-changed:
			late = false
			due.Reset(saveTime)
		case <-due.C:
			if i.reload(&file, late) || late {
				continue
			}
			late = true
			due.Reset(mistakeTime - saveTime)
		case <-i.quit:
			return
		}
	}
}

// loaded is what was read of the services file.
type loaded struct {
	contents config.Contents
	gone     bool
	err      error
	settings *config.Unusable // why what is chosen in the menu cannot be kept
}

func (i *Instance) load(file *servicesFile) (got loaded) {
	got.settings = i.options.Folders.SettingsProblem()
	_, err := os.Stat(file.path)
	if got.gone = errors.Is(err, fs.ErrNotExist); got.gone && file.was {
		got.err = fmt.Errorf("%s is gone", file.path)
	} else {
		got.contents, got.err = i.options.Load()
	}
	return got
}

// reload applies the services file, and reports whether it could. What is wrong with it is
// told if asked for, and nothing changes.
func (i *Instance) reload(file *servicesFile, tell bool) bool {
	var got loaded
	read := make(chan loaded, 1)
	go func() { read <- i.load(file) }()
	select {
	case got = <-read:
	case <-i.quit: // the end waits for no mount that hangs
		return true
	}
	i.tellSettingsFolder(got.settings)
	contents, gone, err := got.contents, got.gone, got.err
	if unread := contents.Unread; err == nil && unread != nil {
		err = unread // what runs goes on
	} else if err == nil {
		err = i.apply(contents.Services)
	}
	if errors.Is(err, manager.ErrShutDown) {
		return true // there is nothing left to change
	}
	if err != nil {
		if tell && err.Error() != file.told {
			file.told = err.Error()
			i.tellMistake(err, gone)
		}
		return false
	}
	file.was = !gone
	i.servicesFound(!gone)
	if file.told != "" {
		file.told = ""
		i.setNotice(servicesNotice, nil)
		i.withdraw(aboutServices)
	}
	var later *words.Notice
	if contents.Settings.DatabaseURL != file.settings.DatabaseURL {
		later = &words.Notice{What: words.SettingsLater}
	}
	i.setNotice(settingsNotice, later)
	return true
}

// apply makes these the services that run, and records what that has changed.
func (i *Instance) apply(services []spec.ServiceSpec) error {
	paused := len(stillPaused(i.manager.Snapshot(), i.settings.get().Paused)) > 0
	changes, err := i.manager.Apply(services, !paused && !i.Asks())
	if err != nil {
		return err
	}
	before := i.services()
	i.specs.Store(&services)
	i.tellOtherUsers(before)
	if said := describe(changes); said != "" {
		i.record.Add(sessiondb.Event{At: time.Now(), Kind: "services changed", Detail: said})
		i.changed.Tell()
	}
	if paused && len(changes.Added) > 0 { // they wait with the others
		for _, name := range changes.Added {
			_ = i.manager.Stop(name) // as in pauseAll
		}
		i.afterChoice(i.settings.set(func(c *choices) { c.Paused = append(slices.Clone(c.Paused), changes.Added...) }))
	}
	return nil
}

// describe tells of changes in English, for the record; "" if there are none.
func describe(c manager.Changes) string {
	var parts []string
	for _, part := range []struct {
		what  string
		names []string
	}{{"added", c.Added}, {"removed", c.Removed}, {"changed", c.Changed}, {"restarted", c.Restarted}} {
		if len(part.names) > 0 {
			parts = append(parts, part.what+" "+strings.Join(part.names, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// tellMistake says that the services file was not applied, with a button to it.
func (i *Instance) tellMistake(err error, gone bool) {
	say := i.language.Say
	notice := mistakes(i.language, err, i.options.Config.File)
	notice.Names = nil
	switch {
	case gone:
		notice = words.Notice{What: words.ServicesGone, More: words.ServicesGoneMore, Arguments: []any{filepath.Base(i.servicesFile())}}
	case errors.As(err, new(*config.Unusable)):
		notice.What = words.ServicesNotRead
	default:
		notice.What = words.ServicesUnchanged
	}
	i.setNotice(servicesNotice, &notice)
	i.tell(tray.Notification{
		Key: aboutServices, Summary: say(notice.What), Body: notice.Rest(i.language),
		Actions: []tray.Action{
			{Label: say(words.EditServices), Intent: tray.Intent{Verb: tray.EditServices}},
			{Label: say(words.Dismiss)},
		},
	})
}

// maxMistake is how much of a mistake a message shows, in UTF-16 units.
const maxMistake = 120

// Mistakes is what a message says of an error of config.Load: of mistakes in the services
// file, the first and where to see all. file is what the option names, "" for the usual one.
func Mistakes(language words.Language, err error, file string) string {
	if errors.As(err, new(*config.Mistakes)) || errors.As(err, new(*config.Unusable)) {
		return mistakes(language, err, file).Rest(language)
	}
	return config.Explain(err, language)
}

// mistakes is what there is to tell of an error of config.Load.
func mistakes(language words.Language, err error, file string) words.Notice {
	if unusable, ok := errors.AsType[*config.Unusable](err); ok {
		return unusableNotice(unusable)
	}
	var wrong *config.Mistakes
	if !errors.As(err, &wrong) {
		return words.Notice{Detail: config.Explain(err, language)}
	}
	check := "agents-tray check"
	if file != "" {
		check += " --config " + file
	}
	first := wrong.Faults[0]
	text, _, _ := strings.Cut(first.Text(language), "; ") // what is allowed instead takes too much room
	where := fmt.Sprintf("%d: %s", first.Line, words.Fit(text, maxMistake))
	name := filepath.Base(wrong.File)
	if n := len(wrong.Faults); n > 1 {
		return words.Notice{More: words.MistakesBody, Arguments: []any{name, n, where, check}}
	}
	return words.Notice{More: words.MistakeBody, Arguments: []any{name, where, check}}
}
