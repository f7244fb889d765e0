package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"agents-tray/manager/control/sse"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/services/web"
	"agents-tray/services/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// site is a service with a page, an API, and a stream that stays open.
func site() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<!doctype html><title>ours</title><link rel=icon href='data:,'><p>our page")
	})
	mux.HandleFunc("GET /api/secret", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "secret") })
	mux.HandleFunc("POST /api/secret", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		}
	})
	mux.HandleFunc("GET /api/events", web.Streams()(func(w http.ResponseWriter, r *http.Request) {
		if sse.NewStream(w).Send("secret", "secret") == nil {
			<-r.Context().Done()
		}
	}))
	return mux
}

// From a page of another site nothing is answered but a link to one of our pages.
func TestOtherSitesReachOnlyPages(t *testing.T) {
	address, _ := webtest.Serve(t, site(), "127.0.0.1:0")
	for _, from := range []string{"cross-site", "same-site", "anything"} {
		for _, c := range []struct {
			path, mode, dest string
			status           int
		}{
			{"/", "navigate", "document", http.StatusOK}, // a link
			{"/", "navigate", "iframe", http.StatusForbidden},
			{"/", "no-cors", "image", http.StatusForbidden},
			{"/", "no-cors", "script", http.StatusForbidden},
			{"/", "cors", "empty", http.StatusForbidden},
			{"/", "", "", http.StatusForbidden},
			{"/api/secret", "navigate", "document", http.StatusForbidden},
			{"/api/secret", "no-cors", "empty", http.StatusForbidden},
			{"/api/events", "no-cors", "image", http.StatusForbidden},
		} {
			status, body := webtest.Request(t, "GET", "http://"+address+c.path, nil, "Sec-Fetch-Site", from, "Sec-Fetch-Mode", c.mode, "Sec-Fetch-Dest", c.dest)
			if status != c.status {
				t.Errorf("%s of a %s request, %s to %s: %d %s", c.path, from, c.mode, c.dest, status, body)
			}
		}
	}
	for _, from := range []string{"same-origin", "none", ""} {
		if status, body := webtest.Request(t, "GET", "http://"+address+"/api/secret", nil, "Sec-Fetch-Site", from); status != http.StatusOK {
			t.Errorf("%q: %d %s", from, status, body)
		}
	}
}

// Each response forbids what a page may be abused for, refusals too.
func TestHeadersOfEachResponse(t *testing.T) {
	address, _ := webtest.Serve(t, site(), "127.0.0.1:0")
	for _, path := range []string{"/", "/api/secret", "/nowhere", "/?a=1&a=1"} {
		response, err := http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		policy := response.Header.Get("Content-Security-Policy")
		webtest.Contains(t, policy, "default-src 'none'", "frame-ancestors 'none'", "script-src 'self'", "base-uri 'none'")
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %s", path, policy)
		}
		for name, value := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := response.Header.Get(name); got != value {
				t.Errorf("%s: %s: %q", path, name, got)
			}
		}
	}
}

func TestParametersAndBodiesAreBounded(t *testing.T) {
	address, _ := webtest.Serve(t, site(), "127.0.0.1:0")
	get := func(query string) int {
		status, _ := webtest.Request(t, "GET", "http://"+address+"/api/secret?"+query, nil)
		return status
	}
	for query, want := range map[string]int{
		"a=1&a=2":                         http.StatusOK, // that is for the page to judge
		"a=1&a=1":                         http.StatusBadRequest,
		strings.Repeat("a=1&", 4000):      http.StatusBadRequest,
		"a=" + strings.Repeat("x", 8<<10): http.StatusBadRequest,
		"a=%zz":                           http.StatusBadRequest,
	} {
		if status := get(query); status != want {
			t.Errorf("%.40s: %d, not %d", query, status, want)
		}
	}
	if status, _ := webtest.Request(t, "POST", "http://"+address+"/api/secret", strings.Repeat("x", 3<<20)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of 3 MB: %d", status)
	}
	if status, _ := webtest.Request(t, "GET", "http://"+address+"/", nil, "X-Much", strings.Repeat("x", 17<<10)); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of 17 kB: %d", status)
	}
}

func TestTooManyStreamsAreRefused(t *testing.T) {
	address, _ := webtest.Serve(t, site(), "127.0.0.1:0")
	client := &http.Client{Transport: &http.Transport{}}
	var open []*http.Response
	defer func() {
		for _, r := range open {
			r.Body.Close()
		}
	}()
	for n := range web.MaxStreams {
		r, err := client.Get("http://" + address + "/api/events")
		if err != nil || r.StatusCode != http.StatusOK {
			t.Fatalf("stream %d: %v %v", n, r, err)
		}
		open = append(open, r)
		if _, err := bufio.NewReader(r.Body).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	status, body := webtest.Request(t, "GET", "http://"+address+"/api/events", nil)
	if status != http.StatusServiceUnavailable {
		t.Errorf("one more: %d %s", status, body)
	}
	webtest.Contains(t, body, "Too many pages", "Close some")
	if status, _ := webtest.Request(t, "GET", "http://"+address+"/", nil); status != http.StatusOK {
		t.Errorf("a page meanwhile: %d", status)
	}
}

// Connections that say nothing, or say it slowly, are closed by themselves, and the page
// answers all the time. It takes the ten seconds that a header may take.
func TestIdleAndSlowConnectionsGoAway(t *testing.T) {
	t.Parallel()
	address, _ := webtest.Serve(t, site(), "127.0.0.1:0")
	const idle, slow = 2000, 50
	var gone sync.WaitGroup
	var waiting atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for n := range idle + slow {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		waiting.Add(1)
		gone.Go(func() {
			_, _ = io.Copy(io.Discard, conn) // to its end
			waiting.Add(-1)
		})
		if n >= idle {
			go func() { // a header that never ends
				tick := time.NewTicker(100 * time.Millisecond)
				defer tick.Stop()
				fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
				for n := 0; ; n++ {
					select {
					case <-ctx.Done():
						return
					case <-tick.C:
						if _, err := fmt.Fprintf(conn, "X-%d: x\r\n", n); err != nil {
							return
						}
					}
				}
			}()
		}
	}
	allGone := make(chan struct{})
	go func() { gone.Wait(); close(allGone) }()
	for during := 0; ; during++ {
		if status, body := webtest.Request(t, "GET", "http://"+address+"/", nil); status != http.StatusOK {
			t.Fatalf("with %d connections: %d %s", waiting.Load(), status, body)
		}
		select {
		case <-allGone:
			return
		case <-time.After(250 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatalf("%d connections stay", waiting.Load())
		}
	}
}

// A service worker that another program has registered on our port once went on answering
// for our pages.
func TestAPlantedServiceWorkerGoes(t *testing.T) {
	var evil http.ServeMux
	evil.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<!doctype html><title>theirs</title><link rel=icon href='data:,'><p>their page")
	})
	evil.HandleFunc("GET /worker.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		w.Header().Set("Cache-Control", "max-age=86400")
		io.WriteString(w, `addEventListener("install", () => skipWaiting());
addEventListener("activate", (e) => e.waitUntil(clients.claim()));
addEventListener("fetch", (e) => { if (e.request.mode === "navigate") e.respondWith(new Response("<title>planted</title><link rel=icon href='data:,'><p>planted", { headers: { "Content-Type": "text/html" } })); });`)
	})
	listener := guardtest.Listen(t)
	address := listener.Addr().String()
	before := &http.Server{Handler: &evil}
	go func() { _ = before.Serve(listener) }() // ends with Close
	b := webtest.Open(t, webtest.Wide, "http://"+address)
	b.Shows("their page")
	webtest.Eval[int](b, `(navigator.serviceWorker.register("/worker.js").then(() => navigator.serviceWorker.ready).then(() => {
		localStorage.setItem("unsent", "text"); document.cookie = "of=another port; path=/"; window.planted = true; }), 0)`)
	b.Until("window.planted === true")
	b.Do(chromedp.Reload())
	b.Shows("planted")
	before.Close()

	webtest.Serve(t, site(), address)
	b.Do(chromedp.Navigate("http://" + address)) // it is asked for beside the page that it answers itself
	b.Shows("our page")
	webtest.Eval[int](b, `(navigator.serviceWorker.getRegistrations().then((all) => { window.left = all.length; }), 0)`)
	b.Until("window.left !== undefined")
	if left := webtest.Eval[int](b, "window.left"); left != 0 {
		t.Errorf("%d workers are left", left)
	}
	if kept := webtest.Eval[string](b, `localStorage.getItem("unsent") + " " + document.cookie`); kept != "text of=another port" {
		t.Errorf("something was cleared: %q", kept)
	}
}
