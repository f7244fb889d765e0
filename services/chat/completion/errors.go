package completion

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// Kind is the kind of an Error, by what the user can do about it.
type Kind int

// The kinds of errors.
const (
	Unreachable     Kind = iota + 1 // no connection
	BadAddress                      // not a URL of http or https, or http for https
	Redirected                      // a redirect
	Unauthorized                    // no key, or one that is not valid
	Forbidden                       // the key is valid, but not for this
	WrongRegion                     // the provider does not serve this country
	NoCredit                        // nothing is paid for
	QuotaUsed                       // the quota of a day or a month is used up
	RateLimited                     // too many requests or tokens in a short time
	Overloaded                      // the server has too much to do
	Unavailable                     // the server, or what is behind it, does not answer
	Loading                         // the model is being loaded
	LoadFailed                      // the server has the model and cannot load it
	NoMemory                        // the model does not fit into the server's memory
	NotFound                        // 404 that is not of this protocol
	ModelNotFound                   // the server does not have the model
	NotForChat                      // the model is for something else
	TooLong                         // the conversation exceeds the model's context
	TooLarge                        // the request is larger than the server takes
	Moderated                       // a filter objects to what was said
	Rejected                        // another 4xx
	ServerFailed                    // 5xx, or an error within a stream
	NotAModelServer                 // the response is not of this protocol
	Malformed                       // an event of the stream is not valid
	Oversized                       // larger than the limits of this package
	Disconnected                    // the connection ended before the answer did
	TimedOut                        // no data for Client.Silence
)

// Error is a failed request.
type Error struct {
	Kind     Kind
	Status   int           // HTTP status; 0 if there was none
	Message  string        // the server's own words, at most a few lines
	Provider string        // behind a router, if it names it
	Wait     time.Duration // until a request may succeed; 0 if the server does not say
	WebPage  bool          // it answered with a web page
	Err      error
}

func (e *Error) Error() string {
	var parts []string
	if e.Status != 0 {
		parts = append(parts, fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)))
	}
	if e.Message != "" {
		parts = append(parts, e.Message)
	}
	if e.WebPage {
		parts = append(parts, "the response is a web page")
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	if len(parts) == 0 {
		return fmt.Sprintf("model server: error of kind %d", e.Kind)
	}
	return strings.Join(parts, ": ")
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of an error of this package, 0 for any other.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

func statusError(response *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxError)) // an incomplete body is used as it is
	reported, isPage := parseErrorBody(body), isWebPage(response) || looksLikePage(body)
	if isPage {
		reported = serverError{} // HTML is of no use to the user
	}
	e := classify(response.StatusCode, reported)
	e.WebPage = isPage
	if wait := waitOf(response.Header, time.Now()); wait > 0 {
		e.Wait = wait
	}
	if e.Wait == 0 && (e.Kind == RateLimited || e.Kind == QuotaUsed) {
		e.Wait = resetOf(response.Header, time.Now())
	}
	if e.Kind == Redirected {
		e.Message = shorten(response.Header.Get("Location"))
	}
	return e
}

func isWebPage(response *http.Response) bool {
	return strings.HasPrefix(response.Header.Get("Content-Type"), "text/html")
}

// shorten makes one paragraph of at most 400 characters of a server's text.
func shorten(text string) string {
	const limit = 400
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text[:min(len(text), 4*limit)], "")), " ")
	if utf8.RuneCountInString(text) > limit {
		text = string([]rune(text)[:limit]) + "…"
	}
	return text
}
