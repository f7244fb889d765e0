// Package update finds out whether there is a newer version. It downloads nothing but
// the announcement, a few lines of JSON, and installs nothing.
//
// The announcement, the feed, lies at an address that a release is built with, and is
// signed with minisign (https://jedisct1.github.io/minisign); the public half of the
// publisher's key is built in, too. So whoever serves it can at most withhold it. What is
// remembered of the last one makes sure that no older one is taken for it.
//
// Nobody is asked until the user wants it: see SetOn. A build without a publisher asks
// nobody at all.
package update

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"aead.dev/minisign"
)

// The publisher, set by -ldflags "-X". Builds that nobody publishes have none.
var (
	address string // of the feed: https
	key     string // public half, in minisign's form without the comment
)

var (
	// ErrNoPublisher says that this build has no publisher's address or key.
	ErrNoPublisher = errors.New("this build does not know whom to trust for news of newer versions, so it never looks for any: look where you got it")
	// ErrForged says that an announcement is not signed by the key of this program.
	ErrForged = errors.New("the announcement is not signed by those who made this program, so it is ignored")
	// ErrOlder says that an announcement is older than one that was seen before.
	ErrOlder = errors.New("the announcement is older than one that was seen before, so it is ignored")
)

// Checker asks for the newest version. Its methods are not for concurrent use.
type Checker struct {
	address string
	key     minisign.PublicKey
	memory  string // file
	client  *http.Client
}

// New returns a Checker that remembers what it must in a file, which need not be there
// yet. It connects to nothing. The error is ErrNoPublisher, or tells of a key that is none.
func New(memory string) (*Checker, error) {
	if address == "" || key == "" {
		return nil, ErrNoPublisher
	}
	c := &Checker{address: address, memory: memory, client: client()}
	if err := c.key.UnmarshalText([]byte(key)); err != nil {
		return nil, fmt.Errorf("the key of the announcements: %w", err)
	}
	return c, nil
}

// Latest asks for the newest version, for 15 seconds at most, and remembers the answer.
// The error wraps ErrForged or ErrOlder, or says why there was no answer.
func (c *Checker) Latest(ctx context.Context) (Release, error) {
	m, err := c.recall()
	if err != nil {
		return Release{}, err
	}
	r, err := c.fetch(ctx)
	if err != nil {
		return Release{}, err
	}
	if r.olderThan(m.Seen) {
		return Release{}, ErrOlder
	}
	m.Seen, m.Checked = r, time.Now()
	return r, c.remember(m)
}

// On reports whether the user wants to be told of new versions. At first, no.
func (c *Checker) On() (bool, error) {
	m, err := c.recall()
	return m.On, err
}

// SetOn says whether the user wants to be told of new versions.
func (c *Checker) SetOn(on bool) error {
	m, err := c.recall()
	if err != nil {
		return err
	}
	m.On = on
	return c.remember(m)
}
