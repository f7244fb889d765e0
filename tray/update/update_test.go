package update

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"aead.dev/minisign"
)

// feed is a server of announcements with a key of its own.
type feed struct {
	*httptest.Server
	private minisign.PrivateKey
	public  minisign.PublicKey
	text    []byte
	mangle  func(text, signature []byte) ([]byte, []byte) // what arrives instead
	asked   atomic.Int32
}

func serve(t *testing.T) *feed {
	t.Helper()
	f := &feed{mangle: func(text, signature []byte) ([]byte, []byte) { return text, signature }}
	var err error
	if f.public, f.private, err = minisign.GenerateKey(rand.Reader); err != nil {
		t.Fatal(err)
	}
	f.Server = httptest.NewTLSServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *feed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.asked.Add(1)
	text, signature := f.mangle(f.text, minisign.Sign(f.private, f.text))
	if strings.HasSuffix(r.URL.Path, signatureSuffix) {
		text = signature
	}
	_, _ = w.Write(text) // the client may have seen enough
}

func (f *feed) announce(t *testing.T, r Release) {
	t.Helper()
	var err error
	if f.text, err = json.Marshal(r); err != nil {
		t.Fatal(err)
	}
}

func (f *feed) checker(t *testing.T) *Checker {
	c := &Checker{address: f.URL + "/feed.json", key: f.public, memory: filepath.Join(t.TempDir(), "state", "updates.json"), client: client()}
	c.client.Transport = f.Client().Transport
	return c
}

var may = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// version is an announcement made some days after the first of May.
func version(number string, days int) Release {
	return Release{number, may.AddDate(0, 0, days), "It is faster", "https://example.org/releases"}
}

func TestANewerVersionIsTold(t *testing.T) {
	f := serve(t)
	f.announce(t, version("v1.3.0", 0))
	r, err := f.checker(t).Latest(t.Context())
	if err != nil || r != version("v1.3.0", 0) {
		t.Fatal(r, err)
	}
	if want := "Version 1.3.0 is there – It is faster (https://example.org/releases)"; r.String() != want {
		t.Errorf("it says %q", r)
	}
	for current, newer := range map[string]bool{
		"v1.2.9": true, "v1.3.0-rc.1": true, "v0.0.0-20260501120000-0123456789ab": true, "(devel)": true,
		"v1.3.0": false, "v1.3.1": false, "v1.3.0+dirty": false,
	} {
		if r.NewerThan(current) != newer {
			t.Errorf("newer than %s: %v", current, !newer)
		}
	}
}

// Whatever arrives in place of the announcement is refused, and nothing is remembered of it.
func TestNothingElseIsTakenForAnAnnouncement(t *testing.T) {
	_, foreign, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	type mangle = func(text, signature []byte) ([]byte, []byte)
	for name, test := range map[string]struct {
		arrives mangle
		want    string
	}{
		"changed":     {func(x, s []byte) ([]byte, []byte) { return bytes.Replace(x, []byte("v1.3.0"), []byte("v6.6.6"), 1), s }, ErrForged.Error()},
		"unsigned":    {func(x, _ []byte) ([]byte, []byte) { return x, nil }, ErrForged.Error()},
		"foreign key": {func(x, _ []byte) ([]byte, []byte) { return x, minisign.Sign(foreign, x) }, ErrForged.Error()},
		"too long": {func(x, s []byte) ([]byte, []byte) {
			return append(x, bytes.Repeat([]byte(" "), announcementSize)...), s
		}, "more than 65536 bytes"},
		"signature length": {func(x, _ []byte) ([]byte, []byte) { return x, make([]byte, signatureSize+1) }, "more than 4096 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			f := serve(t)
			f.announce(t, version("v1.3.0", 0))
			f.mangle = test.arrives
			c := f.checker(t)
			if r, err := c.Latest(t.Context()); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, %v", r, err)
			}
			if _, err := os.Stat(c.memory); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("it is remembered: %v", err)
			}
		})
	}
}

// A signed announcement with a mistake in it is not shown.
func TestAnAnnouncementHasToBeWhole(t *testing.T) {
	for _, mistake := range []struct {
		change func(*Release)
		want   string
	}{
		{func(r *Release) { r.Version = "1.3" }, `"1.3" is not a version`},
		{func(r *Release) { r.Published = time.Time{} }, "no time"},
		{func(r *Release) { r.News = "Faster\x1b[31m" }, "one line"},
		{func(r *Release) { r.Page = "http://example.org" }, "not an https address"},
	} {
		f := serve(t)
		r := version("v1.3.0", 0)
		mistake.change(&r)
		f.announce(t, r)
		if r, err := f.checker(t).Latest(t.Context()); err == nil || !strings.Contains(err.Error(), mistake.want) {
			t.Errorf("%v, %v; want %q", r, err, mistake.want)
		}
	}
}

// Once a version has been seen, an earlier announcement that is served again, or one
// that takes the version back, is refused; also by the next run of the program.
func TestWhatIsOlderIsRefused(t *testing.T) {
	f := serve(t)
	c := f.checker(t)
	for _, step := range []struct {
		announced Release
		want      error
	}{
		{version("v1.3.0", 3), nil},
		{version("v1.3.0", 3), nil},
		{version("v1.3.0", 2), ErrOlder},
		{version("v1.2.0", 4), ErrOlder},
		{version("v1.4.0", 2), ErrOlder},
		{version("v1.4.0", 4), nil},
	} {
		f.announce(t, step.announced)
		again := *c
		if _, err := again.Latest(t.Context()); !errors.Is(err, step.want) {
			t.Errorf("%v: %v, want %v", step.announced, err, step.want)
		}
	}
}

// It stays with https, wherever it is sent.
func TestARedirectAwayFromHTTPS(t *testing.T) {
	f := serve(t)
	plain := httptest.NewServer(f)
	defer plain.Close()
	away := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	defer away.Close()
	c := f.checker(t)
	c.address, c.client.Transport = away.URL, away.Client().Transport
	if _, err := c.Latest(t.Context()); err == nil || !strings.Contains(err.Error(), "not https") || f.asked.Load() > 0 {
		t.Errorf("%v, asked %d times", err, f.asked.Load())
	}
}

func TestNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &Checker{address: "https://feed.example", memory: filepath.Join(t.TempDir(), "updates.json"), client: &http.Client{Transport: silent{}}}
		before := time.Now()
		_, err := c.Latest(t.Context())
		if err == nil || !strings.Contains(err.Error(), "no answer within 15s. Try again") || time.Since(before) != askTime {
			t.Errorf("after %v: %v", time.Since(before), err)
		}
	})
}

// silent is a network that never answers.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// played is a network with nothing but a feed on it.
type played struct{ *feed }

func (p played) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	p.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// Nobody is asked before the user wants it; from then on once a day, also over several
// runs, and an hour after a failure. Each newer version is told once a run.
func TestOnceADayWhenSwitchedOn(t *testing.T) {
	f := serve(t)
	f.announce(t, version("v1.3.0", 0))
	synctest.Test(t, func(t *testing.T) {
		c := &Checker{address: "https://feed.example/feed.json", key: f.public, memory: filepath.Join(t.TempDir(), "updates.json"), client: &http.Client{Transport: played{f}}}
		// run is the program for some time, and returns what it has told.
		run := func(lasts time.Duration) (told []string) {
			ctx, cancel := context.WithTimeout(t.Context(), lasts)
			defer cancel()
			c.Watch(ctx, "v1.2.0", func(r Release) { told = append(told, r.Version) })
			return told
		}
		asked := func(times int32) {
			t.Helper()
			if n := f.asked.Swap(0); n != 2*times { // the announcement and its signature
				t.Errorf("asked %d times, not %d", n/2, times)
			}
		}
		tells := func(told []string, want string) {
			t.Helper()
			if got := strings.Join(told, " "); got != want {
				t.Errorf("it told of %q, not of %q", got, want)
			}
		}
		tells(run(100*time.Hour), "")
		asked(0)
		if err := c.SetOn(true); err != nil {
			t.Fatal(err)
		}
		tells(run(10*time.Hour), "v1.3.0")
		asked(1)
		tells(run(10*time.Hour), "v1.3.0") // it is still the newest, and this is another run
		asked(0)
		tells(run(24*time.Hour), "v1.3.0")
		asked(1)
		f.mangle = func(text, _ []byte) ([]byte, []byte) { return text, nil }
		tells(run(24*time.Hour+30*time.Minute), "v1.3.0")
		if n := f.asked.Swap(0); n < 2*5 {
			t.Errorf("asked %d times while it failed", n/2)
		}
		if err := c.SetOn(false); err != nil {
			t.Fatal(err)
		}
		tells(run(100*time.Hour), "")
		asked(0)
	})
}

// What cannot be read is said, with what to do, and taken for nothing.
func TestADamagedMemory(t *testing.T) {
	f := serve(t)
	c := f.checker(t)
	if err := c.SetOn(true); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.memory, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if on, err := c.On(); on || err == nil || !strings.Contains(err.Error(), "Remove "+c.memory) {
		t.Error(on, err)
	}
}

// A build trusts nobody unless it was told whom: an address alone is not enough.
func TestABuildWithoutAPublisher(t *testing.T) {
	public, _, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text, err := public.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { address, key = "", "" }()
	for _, built := range []struct {
		address, key string
		want         error
	}{
		{"", "", ErrNoPublisher},
		{"https://feed.example/feed.json", "", ErrNoPublisher},
		{"", string(text), ErrNoPublisher},
		{"https://feed.example/feed.json", string(text), nil},
	} {
		address, key = built.address, built.key
		if _, err := New("nowhere"); !errors.Is(err, built.want) {
			t.Errorf("%+v: %v", built, err)
		}
	}
	key = "no key"
	if _, err := New("nowhere"); err == nil || !strings.Contains(err.Error(), "the key of the announcements") {
		t.Error(err)
	}
}
