// Package webtest serves the pages of a service and opens them in Chromium, for tests. A
// page fails its test if it logs to the console or requests something of another host.
//
//	func TestMain(m *testing.M) { webtest.Main(m) }
//
//	b := webtest.Open(t, 1280, server.URL)
//	b.Click("#greet")
//	b.Shows("Hello")
//
// A method that waits fails the test after Patience, with what the page shows. Without Chromium such a test is skipped.
package webtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Patience is how long a test waits for anything.
const Patience = time.Minute

// Loaded is true once a page's scripts have run.
const Loaded = `document.readyState === "complete"`

// height of the window, in pixels.
const height = 800

// chromium is the browser that all tests of one package share; it starts with the first.
var chromium struct {
	sync.Once
	ctx  context.Context
	stop context.CancelFunc
	err  error
}

// Tab is one page in Chromium. At its end the test fails if there was an entry in the
// console (such as an exception or a refused script) or a request to another host.
type Tab struct {
	testing.TB
	ctx context.Context

	mu      sync.Mutex
	console []string
	hosts   []string
	allowed []string // parts of entries that the test expects
}

// Open opens a page in a new tab, width pixels wide, with a light colour scheme and reduced
// motion. It has the focus, whatever tabs of other tests are open. The tab shares no cookies or storage with others, and closes with the test.
func Open(t testing.TB, width int64, address string) *Tab {
	t.Helper()
	chromium.Do(launch)
	if chromium.err != nil {
		t.Skipf("pages are not tested, for want of Chromium: %v", chromium.err)
	}
	ctx := newTab(t)
	b := &Tab{TB: t, ctx: ctx}
	b.Do(chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return err
	}))
	b.Scheme("light")
	if err := chromedp.Listen(ctx, b.record); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.check)
	b.Do(chromedp.Navigate(address))
	b.Until(Loaded)
	return b
}

// newTab opens an empty tab that closes with the test. It tries three times, because under
// load Chromium may never answer for a new tab.
func newTab(t testing.TB) context.Context {
	t.Helper()
	var err error
	for range 3 {
		ctx, stop := chromedp.NewContext(chromium.ctx, chromedp.WithNewBrowserContext())
		if err = first(ctx); err == nil {
			t.Cleanup(stop)
			return ctx
		}
		stop()
		t.Logf("open a tab: %v", err)
	}
	t.Fatalf("Chromium opens no tab: %v", err)
	return nil
}

// first makes a context's first call, which starts its browser or tab. The call must have
// no deadline of its own: the browser or tab would end with it.
func first(ctx context.Context) error {
	opened := make(chan error, 1)
	go func() { opened <- chromedp.Do(ctx) }() // ends with the context at the latest
	select {
	case err := <-opened:
		return err
	case <-time.After(Patience):
		return fmt.Errorf("no answer in %v", Patience)
	}
}

// Stop ends Chromium if a test has started it, for a TestMain that cannot use Main.
func Stop() {
	if chromium.stop != nil {
		chromium.stop()
	}
}

// launch starts Chromium.
func launch() {
	path, err := find()
	if err != nil {
		chromium.err = err
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stopBrowser := chromedp.NewContext(ctx)
	chromium.ctx = ctx
	chromium.stop = func() { stopBrowser(); stopAllocator() }
	chromium.err = first(ctx)
}

// find returns the path of Chromium or Chrome.
func find() (string, error) {
	var path string
	var err error
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err = exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", err
}

// record records entries of the console and requests.
func (b *Tab) record(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(event.Request.URL); err == nil && u.Scheme != "data" {
			b.hosts = append(b.hosts, u.Hostname())
		}
	case *runtime.EventExceptionThrown:
		text := event.ExceptionDetails.Text
		if event.ExceptionDetails.Exception != nil {
			text += " " + event.ExceptionDetails.Exception.Description
		}
		b.console = append(b.console, text)
	case *runtime.EventConsoleAPICalled:
		b.console = append(b.console, "console."+string(event.Type))
	case *log.EventEntryAdded:
		if strings.HasPrefix(event.Entry.Text, "Autofocus processing was blocked") {
			return // the test has moved the focus before the page did
		}
		b.console = append(b.console, string(event.Entry.Level)+": "+event.Entry.Text+" "+event.Entry.URL)
	}
}

// Allow lets entries of the console contain these words.
func (b *Tab) Allow(words ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.allowed = append(b.allowed, words...)
}

// check fails the test for what record has recorded.
func (b *Tab) check() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, entry := range b.console {
		if !slices.ContainsFunc(b.allowed, func(words string) bool { return strings.Contains(entry, words) }) {
			b.Errorf("in the console: %s", entry)
		}
	}
	for _, host := range b.hosts {
		if host != "127.0.0.1" {
			b.Errorf("a request to %s", host)
		}
	}
}

// Do runs steps in order.
func (b *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	Run(b, chromedp.Steps(steps...), "")
}

// Run runs an action and returns its value. what describes it in a failure.
func Run[T any](b *Tab, action chromedp.Action[T], what string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		b.Fatalf("%s: %v\nthe page shows:\n%s", what, err, b.Text())
	}
	return value
}

// Text is what the page shows now.
func (b *Tab) Text() string {
	ctx, cancel := context.WithTimeout(b.ctx, time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return text
}

// Eval returns the value of an expression in the page.
func Eval[T any](b *Tab, expression string) T {
	b.Helper()
	return Run(b, chromedp.Evaluate[T](expression), expression)
}

// Until waits for an expression to be true, also across a reload of the page.
func (b *Tab) Until(expression string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`new Promise((done) => {
			const holds = () => { try { return (`+expression+`); } catch { return false; } }; // an element may not exist yet
			const look = () => holds() ? done(true) : setTimeout(look, 10);
			look();
		})`, chromedp.EvalAwaitPromise))
		if err == nil {
			return
		}
		if !strings.Contains(err.Error(), "navigated") && !strings.Contains(err.Error(), "context was destroyed") {
			b.Fatalf("waited in vain for %s: %v\nthe page shows:\n%s", expression, err, b.Text())
		}
	}
}

// Shows waits for words to be visible in the page.
func (b *Tab) Shows(words string) {
	b.Helper()
	b.Until("document.body.innerText.includes(" + Quote(words) + ")")
}

// Press focuses an element and presses a key.
func (b *Tab) Press(selector, key string) {
	b.Helper()
	b.Do(chromedp.Focus(chromedp.CSS(selector)), chromedp.KeyEvent(key))
}

// Click clicks an element. If it is replaced meanwhile, as by a reload, the new one is
// clicked.
func (b *Tab) Click(selector string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	for {
		err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
		if err == nil {
			return
		}
		if !strings.Contains(err.Error(), "node") {
			b.Fatalf("click %s: %v\nthe page shows:\n%s", selector, err, b.Text())
		}
	}
}

// Permit grants the page a permission, such as "clipboard-read".
func (b *Tab) Permit(right string) {
	b.Helper()
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		c := chromedp.FromContext(ctx)
		_, err := cdp.Call(ctx, c.Browser, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: right}, Setting: browser.PermissionSettingGranted, BrowserContextID: c.BrowserContextID,
		})
		return err
	}))
}

// Clipboard lets the page use the clipboard. The returned function reads it.
func (b *Tab) Clipboard() func() string {
	b.Helper()
	b.Permit("clipboard-read")
	b.Permit("clipboard-write")
	return func() string {
		b.Helper()
		return Run(b, chromedp.Evaluate[string]("navigator.clipboard.readText()", chromedp.EvalAwaitPromise), "read the clipboard")
	}
}

// Hide tells the page that its tab is hidden, or visible again.
func (b *Tab) Hide(hidden bool) {
	b.Helper()
	Eval[any](b, fmt.Sprintf(`Object.defineProperty(document, "hidden", { value: %t, configurable: true });
		document.dispatchEvent(new Event("visibilitychange")); null`, hidden))
}

// Scheme sets the colour scheme, "light" or "dark". With reduced motion no transition
// delays it.
func (b *Tab) Scheme(name string) {
	b.Helper()
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: name},
				{Name: "prefers-reduced-motion", Value: "reduce"},
			},
		})
		return err
	}))
}

// Next receives the next value, which a page causes.
func Next[T any](t testing.TB, from <-chan T) (what T) {
	t.Helper()
	select {
	case what = <-from:
	case <-time.After(Patience):
		t.Fatal("nothing came")
	}
	return what
}

// Quote is text as a literal of JavaScript.
func Quote(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err) // text always encodes
	}
	return string(encoded)
}
