package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aead.dev/minisign"

	"agents-tray/tray/update"
)

// keys makes a pair with the command, and puts both halves where it looks for them.
func keys(t *testing.T) (key minisign.PublicKey) {
	t.Helper()
	var out bytes.Buffer
	if err := newKey(&out); err != nil {
		t.Fatal(err)
	}
	public, private, _ := strings.Cut(out.String(), "\n\n")
	if err := key.UnmarshalText([]byte(public)); err != nil {
		t.Fatal(err)
	}
	t.Setenv(publicVariable, public)
	t.Setenv(keyVariable, strings.TrimSpace(private))
	t.Setenv("SOURCE_DATE_EPOCH", "1777636800")
	return key
}

func TestAnAnnouncementIsWhatProgramsRead(t *testing.T) {
	key, file := keys(t), filepath.Join(t.TempDir(), "feed.json")
	args := []string{"announce", "-version", "v1.3.0", "-news", "It is faster", "-page", "https://example.org", file}
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
	if !minisign.Verify(key, text, signature) {
		t.Error("the signature is wrong")
	}
	if r, err := update.Read(text); err != nil || r.Version != "v1.3.0" || r.Published.Unix() != 1777636800 {
		t.Errorf("%v, %v", r, err)
	}
}

// What programs would refuse is not announced.
func TestWhatProgramsWouldRefuse(t *testing.T) {
	keys(t)
	public := os.Getenv(publicVariable)
	keys(t) // another private half
	t.Setenv(publicVariable, public)
	for want, args := range map[string][]string{
		"does not belong":      {"-version", "v1.3.0", "-news", "It is faster", "-page", "https://example.org"},
		"is not a version":     {"-version", "1.3", "-news", "It is faster", "-page", "https://example.org"},
		"one line":             {"-version", "v1.3.0", "-page", "https://example.org"},
		"not an https address": {"-version", "v1.3.0", "-news", "It is faster"},
	} {
		file := filepath.Join(t.TempDir(), "feed.json")
		err := run(append(append([]string{"announce"}, args...), file))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%v: it is written all the same", args)
		}
	}
}
