// Command feed makes the announcement of a release that package update reads, and the
// key that signs it:
//
//	feed new-key                                       prints both halves: keep the private one where nobody else reads it
//	feed announce -version … -news … -page … FILE      FILE and FILE.minisig, signed by the key in AGENTS_TRAY_FEED_KEY
//
// AGENTS_TRAY_FEED_PUBLIC_KEY is the public half, which programs are built with. The time of the announcement is SOURCE_DATE_EPOCH.
package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"aead.dev/minisign"

	"agents-tray/tray/update"
)

const (
	keyVariable    = "AGENTS_TRAY_FEED_KEY"
	publicVariable = "AGENTS_TRAY_FEED_PUBLIC_KEY"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "feed:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 1 && args[0] == "new-key":
		return newKey(os.Stdout)
	case len(args) > 1 && args[0] == "announce":
		return announce(args[1:])
	}
	return errors.New("new-key or announce? See go doc ./packaging/feed")
}

func newKey(out io.Writer) error {
	public, private, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	secret, err := private.MarshalText()
	if err == nil {
		_, err = fmt.Fprintf(out, "%s\n\n%s\n", public, secret)
	}
	return err
}

func announce(args []string) error {
	var r update.Release
	flags := flag.NewFlagSet("announce", flag.ContinueOnError)
	flags.StringVar(&r.Version, "version", "", "v1.2.3")
	flags.StringVar(&r.News, "news", "", "what is new, in one line")
	flags.StringVar(&r.Page, "page", "", "https address to get it from")
	if err := flags.Parse(args); err != nil {
		return err
	}
	epoch, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	r.Published = time.Unix(epoch, 0).UTC()
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if _, err := update.Read(text); err != nil {
		return err
	}
	signature, err := sign(text)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(flags.Arg(0), text, 0o644), os.WriteFile(flags.Arg(0)+".minisig", signature, 0o644))
}

// sign signs with the private key of the environment, which must belong to the public
// one that programs have: they would take nothing else.
func sign(text []byte) ([]byte, error) {
	var private minisign.PrivateKey
	var public minisign.PublicKey
	if err := private.UnmarshalText([]byte(os.Getenv(keyVariable))); err != nil {
		return nil, fmt.Errorf("%s: %w", keyVariable, err)
	}
	if err := public.UnmarshalText([]byte(os.Getenv(publicVariable))); err != nil {
		return nil, fmt.Errorf("%s: %w", publicVariable, err)
	}
	signature := minisign.SignWithComments(private, text, "agents-tray's feed", "signed by packaging/feed")
	if !minisign.Verify(public, text, signature) {
		return nil, fmt.Errorf("the key in %s does not belong to that in %s", keyVariable, publicVariable)
	}
	return signature, nil
}
