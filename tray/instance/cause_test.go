package instance

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"agents-tray/tray/autostart"
	"agents-tray/tray/open"
	"agents-tray/tray/words"
)

// What could not be done was told in English in the middle of a German message.
func TestCausesInWords(t *testing.T) {
	for _, test := range []struct {
		err             error
		english, german string
	}{
		{open.ErrNoBrowser, "there is no xdg-open here", "xdg-open gibt es hier nicht"},
		{open.ErrNoProgram, "xdg-open found no program for it", "xdg-open fand kein Programm dafür"},
		{&open.Failed{Status: 4}, "ended with exit status 4", "endete mit Exit-Code 4"},
		{&fs.PathError{Op: "mkdir", Path: "/a/autostart", Err: syscall.ENOTDIR}, "/a/autostart: not a directory", "/a/autostart: ein Teil des Pfades ist kein Ordner"},
		{&os.LinkError{Op: "rename", Old: "/a/.b", New: "/a/b", Err: syscall.EROFS}, "/a/b: read-only file system", "/a/b: der Datenträger lässt sich nur lesen"},
		{fmt.Errorf("%w (300 characters)", autostart.ErrTooLong), "Windows starts no command", "Windows startet bei der Anmeldung"},
		{errors.Join(autostart.ErrRefused), "the desktop does not allow", "die Oberfläche erlaubt die Änderung nicht"},
	} {
		for language, want := range map[words.Language]string{words.English: test.english, words.German: test.german} {
			if got := cause(language, test.err); !strings.Contains(got, want) {
				t.Errorf("of %v it says %q, want %q", test.err, got, want)
			}
		}
	}
}
