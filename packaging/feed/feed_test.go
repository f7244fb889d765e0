package main

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aead.dev/minisign"

	"agents-tray/tray/update"
)

// keys makes a pair as the command does, and puts the private half where it looks for it.
func keys(t *testing.T) (public string) {
	t.Helper()
	key, private, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text, err := private.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(keyVariable, string(text))
	t.Setenv("SOURCE_DATE_EPOCH", "1777636800")
	public = filepath.Join(t.TempDir(), "feed.pub")
	if text, err = key.MarshalText(); err == nil {
		err = os.WriteFile(public, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return public
}

func TestAnAnnouncementIsWhatProgramsRead(t *testing.T) {
	public, file := keys(t), filepath.Join(t.TempDir(), "feed.json")
	args := []string{"announce", "-version", "v1.3.0", "-news", "It is faster", "-page", "https://example.org", "-key", public, file}
	if err := run(args); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := os.ReadFile(file + ".minisig")
	if err != nil {
		t.Fatal(err)
	}
	key, err := minisign.PublicKeyFromFile(public)
	if err != nil || !minisign.Verify(key, text, signature) {
		t.Errorf("the signature is wrong (%v)", err)
	}
	if r, err := update.Read(text); err != nil || r.Version != "v1.3.0" || r.Published.Unix() != 1777636800 {
		t.Errorf("%v, %v", r, err)
	}
}

// What programs would refuse is not announced.
func TestWhatProgramsWouldRefuse(t *testing.T) {
	public := keys(t)
	keys(t) // another private half
	for want, args := range map[string][]string{
		"does not belong":      {"-version", "v1.3.0", "-news", "It is faster", "-page", "https://example.org"},
		"is not a version":     {"-version", "1.3", "-news", "It is faster", "-page", "https://example.org"},
		"one line":             {"-version", "v1.3.0", "-page", "https://example.org"},
		"not an https address": {"-version", "v1.3.0", "-news", "It is faster"},
	} {
		file := filepath.Join(t.TempDir(), "feed.json")
		err := run(append(append([]string{"announce"}, args...), "-key", public, file))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%v: it is written all the same", args)
		}
	}
}
