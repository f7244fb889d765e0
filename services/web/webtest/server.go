package webtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"agents-tray/services/web"
)

// Main runs the tests of a package and ends Chromium after them. TestMain calls it; it
// does not return.
func Main(m *testing.M) {
	status := m.Run()
	Stop()
	os.Exit(status)
}

// Serve serves the pages of a service at address, protected as in the program, until the
// test ends. stop ends it earlier and waits for the end; it may be called again.
func Serve(t testing.TB, handler http.Handler, address string) (bound string, stop func()) {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(ctx, listener, web.Protect(handler)) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return listener.Addr().String(), stop
}

// Request sends a request, with body as JSON unless it is nil, and with headers, names
// and values in turn. It returns the status and the body of the response.
func Request(t testing.TB, method, url string, body any, headers ...string) (status int, response string) {
	t.Helper()
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, url, content)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			request.Host = headers[i+1]
		}
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// Contains fails the test for each part that text does not contain.
func Contains(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

// RefusesOtherSites fails the test unless the service at url refuses each request, given
// as "METHOD /path", when another site makes it in the user's browser. The methods must
// be unsafe ones: another site may link to a page.
func RefusesOtherSites(t testing.TB, url string, requests ...string) {
	t.Helper()
	for name, headers := range map[string][]string{
		"a foreign name for 127.0.0.1":  {"Host", "evil.example:7861"},
		"a foreign origin":              {"Origin", "http://evil.example"},
		"another port of this computer": {"Origin", "http://127.0.0.1:9999"},
		"a request of another site":     {"Sec-Fetch-Site", "cross-site"},
	} {
		for _, request := range requests {
			method, path, _ := strings.Cut(request, " ")
			status, body := Request(t, method, url+path, struct{ Text string }{"x"}, headers...)
			if status != http.StatusForbidden && status != http.StatusMisdirectedRequest {
				t.Errorf("%s: %s: %d %s", name, request, status, body)
			}
		}
	}
}
