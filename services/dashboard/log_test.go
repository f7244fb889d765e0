package dashboard

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"agents-tray/manager/control"
	"agents-tray/manager/logs"
	"agents-tray/services/web/webtest"
)

// printed waits for the lines of the log to be these, in the document.
func printed(b *webtest.Tab, count int, last string) {
	b.Helper()
	b.Until(fmt.Sprintf(`(() => {
		const texts = [...document.querySelectorAll(".log-text")];
		return texts.length === %d && (texts.length === 0 || texts.at(-1).textContent === %s);
	})()`, count, webtest.Quote(last)))
}

func TestLogIsFiltered(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	for n := range 40 {
		i.print("chat", []string{"out", "err"}[n%2], fmt.Sprintf("GET /page/%d", n))
	}
	b := webtest.Open(t, webtest.Wide, open(t, i)+"/services/chat/log")
	printed(b, 40, "GET /page/39")
	b.Shows("40 lines")
	b.Do(chromedp.SendKeys(chromedp.CSS("#filter"), "PAGE/3"))
	printed(b, 11, "GET /page/39")
	b.Until(`document.querySelector("mark").textContent === "page/3"`)
	i.print("chat", "out", "GET /other")
	i.print("chat", "out", "GET /page/300")
	printed(b, 12, "GET /page/300")
	b.Click("#errors")
	printed(b, 6, "GET /page/39")
	b.Until(`document.getElementById("download").getAttribute("href") === "/services/chat/log.txt?match=PAGE%2F3&stream=err"`)
	b.Click("#errors")
	b.Click("#regexp")
	printed(b, 12, "GET /page/300")
	webtest.Eval[any](b, `filter.value = "page/(1|2)$"; filter.dispatchEvent(new Event("input")); null`)
	printed(b, 2, "GET /page/2")
	b.Allow("400")
	webtest.Eval[any](b, `filter.value = "page/("; filter.dispatchEvent(new Event("input")); null`)
	b.Shows("This is no regular expression.")
	webtest.Eval[any](b, `filter.value = "nothing"; filter.dispatchEvent(new Event("input")); null`)
	b.Shows("No line is like that")
	b.Until(`document.getElementById("fault").hidden`)
}

// Of a line that is being rewritten the page shows the last state, in one line.
func TestAProgressBarIsOneLine(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	state := func(text string) { i.print("chat", "err~", text) }
	state("10%")
	state("20%")
	b := webtest.Open(t, webtest.Wide, open(t, i)+"/services/chat/log")
	printed(b, 1, "20%")
	i.print("chat", "out", "meanwhile")
	printed(b, 2, "meanwhile")
	state("30%")
	printed(b, 2, "30%")
	i.print("chat", "err", "100%")
	printed(b, 2, "100%")
	b.Until(`[...document.querySelectorAll(".log-text")].map((line) => line.textContent).join() === "meanwhile,100%"`)
}

// first is the line at the top edge of the log.
const first = `(() => {
	const { left, top } = document.querySelector("#log").getBoundingClientRect();
	return document.elementFromPoint(left + 300, top + 20)?.closest(".log-line")?.lastChild.textContent;
})()`

// filled writes count lines into the three files of the Chat's log.
func filled(t testing.TB, i *instance, count int) {
	t.Helper()
	begin := time.Now().Add(-time.Hour)
	for n := range logs.Generations {
		var text bytes.Buffer
		for k := count * n / logs.Generations; k < count*(n+1)/logs.Generations; k++ {
			fmt.Fprintf(&text, "%s out line %d of a program that prints what it does\n", begin.Add(time.Duration(k)*time.Microsecond).UTC().Format("2006-01-02T15:04:05.000000Z"), k)
		}
		path := filepath.Join(i.folder, "chat.log")
		if n < logs.Generations-1 {
			path += fmt.Sprintf(".%d", logs.Generations-1-n)
		}
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err == nil {
			_, err = file.Write(text.Bytes())
		}
		if err != nil || file.Close() != nil {
			t.Fatal(err)
		}
	}
}

// A long log is scrolled through from its end to its beginning and back, through all its
// files, with few lines in the document; no line is left out, and what is read stays.
func TestAllLinesOfALongLogAreReached(t *testing.T) {
	t.Parallel()
	const count = 6000
	i := start(t, both())
	filled(t, i, count)
	b := webtest.Open(t, webtest.Wide, open(t, i)+"/services/chat/log")
	line := func(n int) string { return fmt.Sprintf("line %d of a program that prints what it does", n) }
	b.Until(`[...document.querySelectorAll(".log-text")].at(-1)?.textContent === ` + webtest.Quote(line(count-1)))
	b.Until(`log.scrollTop + log.clientHeight >= log.scrollHeight - 8`)
	walk := func(towards, until string) {
		t.Helper()
		b.Until(`(() => {
			const numbers = [...document.querySelectorAll(".log-text")].map((e) => Number(e.textContent.split(" ")[1]));
			if (numbers.some((n, i) => i && n !== numbers[i - 1] + 1)) throw (document.title = "a gap");
			if (numbers.length > 3000) throw (document.title = "too many");
			log.scrollTop ` + towards + ` 2000;
			return (` + until + `);
		})()`)
	}
	walk("-=", `document.querySelector(".log-text").textContent === `+webtest.Quote(line(0))+` && log.scrollTop === 0`)
	b.Until(first + ` === ` + webtest.Quote(line(0)))
	i.print("chat", "out", line(count)) // it is not shown here, but counted
	b.Shows(", 1 new")
	walk("+=", `[...document.querySelectorAll(".log-text")].at(-1).textContent === `+webtest.Quote(line(count)))
	i.print("chat", "out", line(count+1)) // and is followed again
	b.Until(`[...document.querySelectorAll(".log-text")].at(-1).textContent === ` + webtest.Quote(line(count+1)))
	b.Click("#to-start")
	b.Until(first + ` === ` + webtest.Quote(line(0)))
	b.Click("#to-end")
	b.Until(`[...document.querySelectorAll(".log-text")].at(-1).textContent === ` + webtest.Quote(line(count+1)))
}

// Lines that come move nothing that is read; a flood is followed at its end.
func TestNewLinesLeaveTheReaderInPlace(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	for n := range 600 {
		i.print("chat", "out", fmt.Sprintf("line %d", n))
	}
	b := webtest.Open(t, webtest.Wide, open(t, i)+"/services/chat/log")
	b.Until(`[...document.querySelectorAll(".log-text")].at(-1)?.textContent === "line 599"`)
	webtest.Eval[any](b, `log.scrollTop -= 2000; null`)
	b.Until(first + ` !== undefined`)
	b.Until(`document.querySelectorAll(".log-line").length === 400`)
	at := webtest.Eval[string](b, first)
	i.print("chat", logs.Missed, "Lines are missing here")
	b.Until(`[...document.querySelectorAll(".log-text")].at(-1).textContent === "Lines are missing here"`)
	if now := webtest.Eval[string](b, first); now != at {
		t.Errorf("the reader was at %q and is at %q", at, now)
	}
	b.Click("#to-end")
	b.Until(`log.scrollTop + log.clientHeight >= log.scrollHeight - 8`)
	b.Do(chromedp.EmulateViewport(390, 500)) // a phone is turned
	b.Until(`log.clientHeight < 400 && log.scrollTop + log.clientHeight >= log.scrollHeight - 8`)
	b.Do(chromedp.EmulateViewport(webtest.Wide, 800))
	b.Until(`log.clientHeight > 400 && log.scrollTop + log.clientHeight >= log.scrollHeight - 8`)
	var flood bytes.Buffer
	for n := range 30_000 {
		fmt.Fprintf(&flood, "flood %d\n", n)
	}
	i.logs["chat"].Write(time.Now(), "out", flood.Bytes())
	b.Until(`[...document.querySelectorAll(".log-text")].at(-1).textContent === "flood 29999" && log.scrollTop + log.clientHeight >= log.scrollHeight - 8`)
	if lines := webtest.Eval[int](b, `document.querySelectorAll(".log-line").length`); lines > 3000 {
		t.Errorf("%d lines are in the document", lines)
	}
}

func TestAPausedLogStandsStill(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	i.print("chat", "out", "before")
	b := webtest.Open(t, webtest.Wide, open(t, i)+"/services/chat/log")
	printed(b, 1, "before")
	b.Click("#pause")
	b.Until(`document.getElementById("pause").innerText === "Resume"`)
	i.print("chat", "out", "meanwhile")
	b.Shows("1 line, 1 new")
	printed(b, 1, "before")
	b.Click("#pause")
	printed(b, 2, "meanwhile")
	i.print("chat", "out", "after")
	printed(b, 3, "after")
}

func TestALostLogIsToldAndGoesOn(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	i.print("chat", "out", "before")
	address, stop := webtest.Serve(t, New(i.client), "127.0.0.1:0")
	b := webtest.Open(t, webtest.Wide, "http://"+address+"/services/chat/log")
	b.Allow("net::ERR_")
	i.print("chat", "out", "then")
	printed(b, 2, "then")
	i.stop()
	b.Shows("Configurable Agents is not running any more.")
	i.print("chat", "out", "meanwhile")
	printed(b, 3, "meanwhile") // the file is there
	i.serve(t)
	b.Until(`!document.body.innerText.includes("not running any more")`)
	stop()
	b.Shows("The Dashboard does not answer any more.")
	i.print("chat", "out", "after")
	webtest.Serve(t, New(i.client), address)
	printed(b, 4, "after")
	b.Until(`document.querySelector("#gone").hidden`)
}

// The buttons of the service stand above its log.
func TestTheLogHasTheButtons(t *testing.T) {
	t.Parallel()
	i := start(t, both())
	b := webtest.Open(t, webtest.Wide, open(t, i)+"/services/chat/log")
	b.Until(`document.querySelector(".state").innerText === "Running"`)
	b.Click("#restart-chat")
	i.expect(t, "restart chat")
	i.change(chatFailed)
	b.Shows("Chat keeps crashing")
	b.Click("#toggle-chat")
	i.expect(t, "start chat")
	i.change(func(s *control.Status) { *s = both() })
	b.Until(`!document.body.innerText.includes("Chat keeps crashing")`)
}
