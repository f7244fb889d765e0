package update

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"golang.org/x/mod/semver"
)

// Release is what is announced: the newest version.
type Release struct {
	Version   string    `json:"version"`   // v1.2.3
	Published time.Time `json:"published"` // never earlier than that of the announcement before
	News      string    `json:"news"`      // what is new, in one line
	Page      string    `json:"page"`      // https address to get it from
}

// NewerThan reports whether the release is newer than a version, as "agents-tray
// --version" tells it. Any is newer than one that is no version.
func (r Release) NewerThan(version string) bool { return semver.Compare(r.Version, version) > 0 }

// String tells of the release in one line.
func (r Release) String() string {
	return fmt.Sprintf("Version %s is there – %s (%s)", strings.TrimPrefix(r.Version, "v"), r.News, r.Page)
}

// olderThan reports whether announcing r after seen would take something back.
func (r Release) olderThan(seen Release) bool {
	return seen.Version != "" && (semver.Compare(r.Version, seen.Version) < 0 || r.Published.Before(seen.Published))
}

// Read reads an announcement, and says what is wrong with it.
func Read(text []byte) (Release, error) {
	var r Release
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("the announcement: %w", err)
	}
	page, err := url.Parse(r.Page)
	switch {
	case !semver.IsValid(r.Version):
		return r, fmt.Errorf("the announcement: %q is not a version", r.Version)
	case r.Published.IsZero():
		return r, errors.New("the announcement: it has no time")
	case r.News == "" || strings.ContainsFunc(r.News, unicode.IsControl):
		return r, errors.New("the announcement: what is new has to be one line")
	case err != nil || page.Scheme != "https" || page.Host == "":
		return r, fmt.Errorf("the announcement: %q is not an https address", r.Page)
	}
	return r, nil
}
