package update

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"aead.dev/minisign"
)

const (
	askTime          = 15 * time.Second // for both answers together
	announcementSize = 64 << 10         // bytes at most
	signatureSize    = 4 << 10
	signatureSuffix  = ".minisig" // of the feed's address
)

// client goes through the proxy that the environment names, and stays with https.
func client() *http.Client {
	return &http.Client{CheckRedirect: func(request *http.Request, via []*http.Request) error {
		if request.URL.Scheme != "https" {
			return fmt.Errorf("it leads to %s, which is not https", request.URL.Redacted())
		}
		if len(via) > 5 {
			return errors.New("it leads from one address to the next")
		}
		return nil
	}}
}

// fetch returns the announcement if its signature is right.
func (c *Checker) fetch(ctx context.Context) (Release, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	text, err := c.get(ctx, c.address, announcementSize)
	if err != nil {
		return Release{}, err
	}
	signature, err := c.get(ctx, c.address+signatureSuffix, signatureSize)
	if err != nil {
		return Release{}, err
	}
	if !minisign.Verify(c.key, text, signature) {
		return Release{}, ErrForged
	}
	return Read(text)
}

// get returns what an address answers with, up to a number of bytes.
func (c *Checker) get(ctx context.Context, address string, limit int64) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for new versions: %w", err)
	}
	request.Header.Set("User-Agent", "agents-tray") // and nothing more about who asks
	response, err := c.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask for new versions: %w. Try again when you are online", cause(ctx, err))
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask for new versions: %s answers %s. Try again later", address, response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("ask for new versions: %w. Try again later", cause(ctx, err))
	}
	if int64(len(body)) > limit {
		return nil, fmt.Errorf("ask for new versions: %s answers with more than %d bytes, so it is ignored", address, limit)
	}
	return body, nil
}

// cause takes the address off an error, and says what the end of ctx means.
func cause(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %v", askTime)
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
