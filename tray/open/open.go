// Package open opens pages and files for the user: pages in the browser, files in the
// program that the desktop has for them.
//
// What is opened outlives this program and is none of its processes: it has a session of
// its own, so that Ctrl-C in the terminal does not reach it, and no pipe to this program.
package open

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
)

// Page opens a page in the browser, on a desktop. It returns nil when the browser's command has ended well, or
// still runs after a few seconds, so the caller should not be one that must not wait. The
// error says why no browser was opened, or that address is not a page's.
func Page(address string, on Desktop) error {
	page, err := checkPage(address)
	if err != nil {
		return err
	}
	return run(page, on)
}

// File opens a file as Page does a page.
func File(path string, on Desktop) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	return run(fileTarget(path), on)
}

// checkPage returns an address in the form that is safe on a command line. Only pages of
// the web are: another scheme may run what stands in the address, and a text that begins
// with a hyphen is an option.
func checkPage(address string) (string, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "", fmt.Errorf("%q is not the address of a page", address)
	case u.Scheme != "http" && u.Scheme != "https":
		return "", fmt.Errorf("%q is not opened: only http and https are", address)
	case u.Hostname() == "" || strings.ContainsAny(u.Host, "\"<>` \\"):
		return "", fmt.Errorf("%q is not the address of a page: it names no computer", address)
	}
	u.RawQuery = strings.NewReplacer(`"`, "%22", " ", "%20", "<", "%3C", ">", "%3E", "`", "%60", `\`, "%5C").Replace(u.RawQuery)
	return u.String(), nil
}

var (
	// ErrNoBrowser says that there is no command that opens pages.
	ErrNoBrowser = errors.New("there is no xdg-open here, and BROWSER names none that works")
	// ErrNoProgram says that the desktop's command has found nothing to open it with.
	ErrNoProgram = errors.New("xdg-open found no program for it")
)

// Failed is the error of a command that could not open something.
type Failed struct{ Status int } // with which it ended

func (f *Failed) Error() string { return fmt.Sprintf("exit status %d", f.Status) }
