package chat

import (
	"context"
	"encoding/json"
	"net/url"
	"os"
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
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience bounds how long a page may take to show what a test waits for.
const patience = 20 * time.Second

// chromium is the browser that all tests of one run share; it starts with the first.
var chromium struct {
	sync.Once
	ctx  context.Context
	stop context.CancelFunc
	err  error
}

// tab is one page in Chromium. When the test ends it fails if the page complained
// (an exception, a refused script or style) or asked another computer.
type tab struct {
	*testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	hosts      []string
	allowed    []string // parts of complaints that belong to the test
}

// browse opens a page in a new tab, width pixels wide.
func browse(t *testing.T, width int64, address string) *tab {
	t.Helper()
	chromium.Do(launch)
	if chromium.err != nil {
		if os.Getenv("AGENTS_TRAY_TEST_ALL") == "1" {
			t.Fatalf("the pages must be tested in Chromium here: %v", chromium.err)
		}
		t.Skipf("pages are not tested, for want of Chromium: %v", chromium.err)
	}
	ctx, stop := chromedp.NewContext(chromium.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as the context of this first call
		t.Fatal(err)
	}
	b := &tab{T: t, ctx: ctx}
	b.do(chromedp.EmulateViewport(width, 800))
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.judge)
	b.do(chromedp.Navigate(address))
	b.scheme("light")
	return b
}

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
	chromium.err = chromedp.Do(ctx)
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
func (b *tab) hear(event any) {
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
		b.complaints = append(b.complaints, string(event.Entry.Level)+": "+event.Entry.Text+" "+event.Entry.URL)
	}
}

// allow lets the page complain with these words: the test provokes it.
func (b *tab) allow(words ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.allowed = append(b.allowed, words...)
}

func (b *tab) judge() {
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

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	run(b, chromedp.Steps(steps...), "")
}

// run carries out an action; a test that waits too long tells what for.
func run[T any](b *tab, action chromedp.Action[T], what string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		b.Fatalf("%s: %v\nthe page shows:\n%s", what, err, b.text())
	}
	return value
}

// text is what the page shows now.
func (b *tab) text() string {
	ctx, cancel := context.WithTimeout(b.ctx, time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return text
}

// eval returns the value of an expression in the page.
func eval[T any](b *tab, expression string) T {
	b.Helper()
	return run(b, chromedp.Evaluate[T](expression), expression)
}

// until waits for an expression to be true, also beyond a reload of the page.
func (b *tab) until(expression string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
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
			b.Fatalf("waited in vain for %s: %v\nthe page shows:\n%s", expression, err, b.text())
		}
	}
}

// shows waits for words to be visible somewhere in the page.
func (b *tab) shows(words string) {
	b.Helper()
	b.until("document.body.innerText.includes(" + quote(words) + ")")
}

// answer waits until the last answer's text is exactly this.
func (b *tab) answer(words string) {
	b.Helper()
	b.until(`[...document.querySelectorAll(".text")].at(-1)?.innerText.trim() === ` + quote(words))
}

// settled waits until the last answer has that state.
func (b *tab) settled(state string) {
	b.Helper()
	b.until(`document.querySelector(".message:last-of-type")?.dataset.state === ` + quote(state))
}

// write types into the message.
func (b *tab) write(text string) {
	b.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS("#text"), text))
}

// send types a message and presses Enter, as a keyboard does: one event that a page
// can refuse as a whole.
func (b *tab) send(text string) {
	b.Helper()
	b.write(text)
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		enter := input.DispatchKeyEventParams{
			Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r",
		}
		if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, enter); err != nil {
			return err
		}
		enter.Type, enter.Text = input.DispatchKeyEventTypeKeyUp, ""
		_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, enter)
		return err
	}))
}

// click clicks an element. One that is replaced in that moment, as by a reload, is
// looked for again.
func (b *tab) click(selector string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
		if err == nil {
			return
		}
		if !strings.Contains(err.Error(), "node") {
			b.Fatalf("click %s: %v\nthe page shows:\n%s", selector, err, b.text())
		}
	}
}

// permit gives the page a right without asking.
func (b *tab) permit(right string) {
	b.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		c := chromedp.FromContext(ctx)
		_, err := cdp.Call(ctx, c.Browser, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: right}, Setting: browser.PermissionSettingGranted, BrowserContextID: c.BrowserContextID,
		})
		return err
	}))
}

// scheme makes the page light or dark, at once: with reduced motion no colour is
// on its way.
func (b *tab) scheme(name string) {
	b.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: name},
				{Name: "prefers-reduced-motion", Value: "reduce"},
			},
		})
		return err
	}))
}

func quote(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err) // text always encodes
	}
	return string(encoded)
}
