package instance

import (
	"errors"
	"io/fs"
	"os"

	"agents-tray/manager/disk"
	sentences "agents-tray/manager/words"
	"agents-tray/tray/autostart"
	"agents-tray/tray/open"
	"agents-tray/tray/words"
)

// causes are the errors that the user is told of in words of their own.
var causes = map[error]words.Key{
	open.ErrNoBrowser:       words.WhyNoBrowser,
	open.ErrNoProgram:       words.WhyNoProgram,
	errDropped:              words.WhyNotRunning,
	errMoved:                words.WhyMoved,
	autostart.ErrMadeToRun:  words.WhyMadeToRun,
	autostart.ErrTooLong:    words.WhyTooLong,
	autostart.ErrRefused:    words.WhyRefused,
	autostart.ErrUnanswered: words.WhyUnanswered,
	autostart.ErrNotAsked:   words.WhyNotAsked,
}

// cause says why something that the user has asked for could not be done, in a clause.
func cause(l words.Language, err error) string {
	for known, key := range causes {
		if errors.Is(err, known) {
			return l.Say(key)
		}
	}
	if failed, ok := errors.AsType[*open.Failed](err); ok {
		return l.Say(words.WhyCommandFailed, failed.Status)
	}
	said := l.Cause(disk.Cause(err))
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Path + ": " + said
	}
	if at, ok := errors.AsType[*os.LinkError](err); ok {
		return at.New + ": " + said
	}
	return said
}

// because is cause as a sentence.
func because(l words.Language, err error) string { return sentences.Sentence(cause(l, err)) }
