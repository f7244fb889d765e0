// Package webtest opens the pages of the services in Chromium, for tests: as a person
// meets them, with scripts, keyboard and all. A page that complains in the console
// or asks another computer for something fails its test.
//
//	func TestMain(m *testing.M) {
//		status := m.Run()
//		webtest.Stop()
//		os.Exit(status)
//	}
//
//	b := webtest.Open(t, 1280, server.URL)
//	b.Click("#greet")
//	b.Shows("Hello")
//
// What waits does so for at most Patience; then it fails the test and says what the
// page shows instead. Without Chromium such a test is skipped.
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

// Patience bounds how long a page may take to show what a test waits for.
const Patience = 20 * time.Second

// height is that of the window, in pixels.
const height = 800

// chromium is the browser that all tests of one package share; it starts with the first.
var chromium struct {
	sync.Once
	ctx  context.Context
	stop context.CancelFunc
	err  error
}

// Tab is one page in Chromium. When the test ends it fails if the page complained
// (an exception, a refused script or style) or asked another computer.
type Tab struct {
	*testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	hosts      []string
	allowed    []string // parts of complaints that belong to the test
}

// Open opens a page in a new tab, width pixels wide, light and without motion. The
// tab shares no cookies or storage with others, and closes with the test.
func Open(t *testing.T, width int64, address string) *Tab {
	t.Helper()
	chromium.Do(launch)
	if chromium.err != nil {
		t.Skipf("pages are not tested, for want of Chromium: %v", chromium.err)
	}
	ctx := newTab(t)
	b := &Tab{T: t, ctx: ctx}
	b.Do(chromedp.EmulateViewport(width, height))
	b.Scheme("light")
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.judge)
	b.Do(chromedp.Navigate(address))
	return b
}

// newTab opens an empty tab that closes with the test. On a busy machine Chromium may
// never answer for a new one; that is no fault of a page, so another is tried.
func newTab(t *testing.T) context.Context {
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

// first makes a context's first call, which starts its browser or tab. That must not
// have a deadline, with which the browser or tab would end.
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

// Stop ends Chromium, if a test has started it. TestMain calls it after all tests.
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

// find returns the path of a Chromium or a relative of it.
func find() (string, error) {
	var path string
	var err error
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err = exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", err
}

// hear notes what the page asks for and complains about.
func (b *Tab) hear(event any) {
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
		b.complaints = append(b.complaints, text)
	case *runtime.EventConsoleAPICalled:
		b.complaints = append(b.complaints, "console."+string(event.Type))
	case *log.EventEntryAdded:
		if strings.HasPrefix(event.Entry.Text, "Autofocus processing was blocked") {
			return // the test was quicker: something has the focus already
		}
		b.complaints = append(b.complaints, string(event.Entry.Level)+": "+event.Entry.Text+" "+event.Entry.URL)
	}
}

// Allow lets the page complain with these words: the test provokes it.
func (b *Tab) Allow(words ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.allowed = append(b.allowed, words...)
}

// judge fails the test for what hear has noted.
func (b *Tab) judge() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, complaint := range b.complaints {
		if !slices.ContainsFunc(b.allowed, func(words string) bool { return strings.Contains(complaint, words) }) {
			b.Errorf("the page complains: %s", complaint)
		}
	}
	for _, host := range b.hosts {
		if host != "127.0.0.1" {
			b.Errorf("the page asked %s", host)
		}
	}
}

// Do carries out steps, one after the other.
func (b *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	Run(b, chromedp.Steps(steps...), "")
}

// Run carries out an action; a test that waits too long tells what for.
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

// Until waits for an expression to be true, also beyond a reload of the page.
func (b *Tab) Until(expression string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`new Promise((done) => {
			const holds = () => { try { return (`+expression+`); } catch { return false; } }; // what it names may not be there yet
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

// Shows waits for words to be visible somewhere in the page.
func (b *Tab) Shows(words string) {
	b.Helper()
	b.Until("document.body.innerText.includes(" + Quote(words) + ")")
}

// Press activates an element as the keyboard does.
func (b *Tab) Press(selector, key string) {
	b.Helper()
	b.Do(chromedp.Focus(chromedp.CSS(selector)), chromedp.KeyEvent(key))
}

// Click clicks an element. One that is replaced in that moment, as by a reload, is
// looked for again.
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

// Permit gives the page a right without asking.
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

// Scheme makes the page light or dark, at once: with reduced motion no colour is
// on its way.
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

// Quote is text as a literal of JavaScript.
func Quote(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err) // text always encodes
	}
	return string(encoded)
}
