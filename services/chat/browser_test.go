package chat

import (
	"context"
	"testing"

	"agents-tray/services/web/webtest"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// tab is a page of the Chat in Chromium.
type tab struct{ *webtest.Tab }

// browse opens a page in a new tab, width pixels wide.
func browse(t *testing.T, width int64, address string) *tab {
	t.Helper()
	return &tab{webtest.Open(t, width, address)}
}

// answer waits until the last answer's text is words.
func (b *tab) answer(words string) {
	b.Helper()
	b.Until(`[...document.querySelectorAll(".text")].at(-1)?.innerText.trim() === ` + webtest.Quote(words))
}

// state waits until the last answer has a state.
func (b *tab) state(state string) {
	b.Helper()
	b.Until(`document.querySelector(".message:last-of-type")?.dataset.state === ` + webtest.Quote(state))
}

// write types into the message.
func (b *tab) write(text string) {
	b.Helper()
	b.Do(chromedp.SendKeys(chromedp.CSS("#text"), text))
}

// send types a message and presses Enter. The key event carries its text, so that the page
// can prevent both by one handler, as with a keyboard.
func (b *tab) send(text string) {
	b.Helper()
	b.write(text)
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
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
