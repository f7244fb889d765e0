package chat

import (
	"bufio"
	"encoding/json"
	"html/template"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"

	"agents-tray/services/chat/markdown"
)

// shownText is a text as a page has it, which applies changes as thread.js does.
type shownText struct {
	blocks []template.HTML
	rest   []uint16
	sent   int // bytes
}

func (p *shownText) apply(t *testing.T, c change) string {
	t.Helper()
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	p.sent += len(encoded)
	p.rest = append(p.rest[:c.Same:c.Same], utf16.Encode([]rune(c.HTML))...)
	var html strings.Builder
	for _, block := range p.blocks[:c.Keep] {
		html.WriteString(string(block))
	}
	html.WriteString(string(utf16.Decode(p.rest)))
	return html.String()
}

// grow lets a text grow to its length, by pieces of a size that piece tells, and returns how
// many bytes that sent to a page. The page must have the text after each.
func grow(t *testing.T, text string, piece func() int) (sent int) {
	t.Helper()
	var g growing
	var p shownText
	for end := 0; end < len(text); {
		for end = min(end+piece(), len(text)); end < len(text) && text[end]&0xc0 == 0x80; { // whole characters, as servers send
			end++
		}
		now := markdown.Blocks(text[:end])
		shown := p.apply(t, g.become(now))
		p.blocks = now
		var want strings.Builder
		for _, block := range now {
			want.WriteString(string(block))
		}
		if shown != want.String() {
			t.Fatalf("after %q the page has\n%s\nnot\n%s", text[:end], shown, &want)
		}
	}
	return p.sent
}

// A paragraph of 200 kB once went over the wire as a whole each time it grew.
func TestAParagraphIsSentOnce(t *testing.T) {
	for name, word := range map[string]string{"words": "word ", "wide": "Wörter 🙂 ", "code": "    x = 1\n", "a list": "- item\n"} {
		sent := map[int]int{}
		for _, size := range []int{10_000, 20_000} {
			sent[size] = grow(t, strings.Repeat(word, size/len(word)), func() int { return 250 })
		}
		if growth := float64(sent[20_000]) / float64(sent[10_000]); growth > 2.2 {
			t.Errorf("%s: 10 kB send %d bytes, 20 kB %d, %.1f times as much", name, sent[10_000], sent[20_000], growth)
		}
	}
}

func TestThePageHasWhatWasWritten(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	parts := []string{"word ", "*", "**", "\n", "\n\n", "- ", "1. ", "```\n", "|a|b|\n|-|-|\n", "> ", "# ", "[a](http://b) ", "<b>", "ä", "🙂", "&", "===\n", "[a]: http://b\n"}
	for range 100 {
		var text strings.Builder
		for range 60 {
			text.WriteString(parts[random.IntN(len(parts))])
		}
		grow(t, text.String(), func() int { return 1 + random.IntN(12) })
	}
}

// It arrives as a whole, is not sent more than once, and is in the file when it ends.
func TestALongParagraphArrives(t *testing.T) {
	a, model := serveWithModel(t)
	conversation := a.begin("a long one")
	turn := model.Next(t)
	page, err := http.Get(a.url + "/api/events?conversation=" + conversation)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	lines := bufio.NewReader(page.Body)
	sent := 0
	until := func(event string) {
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if sent += len(line); line == event {
				return
			}
		}
	}
	until("event: thread\n")
	word := strings.Repeat("word ", 200)
	for range 200 {
		turn.Say(word)
	}
	until("event: growth\n")
	turn.Finish("stop")
	if m := a.finished(conversation); len(m.Text) != 200*len(word) {
		t.Errorf("%d bytes of %d: %+v", len(m.Text), 200*len(word), m.Problem)
	}
	until("event: thread\n") // with the whole once more
	until("event: list\n")
	if most := 3 * 200 * len(word); sent > most {
		t.Errorf("%d bytes were sent, more than %d", sent, most)
	}
	if status, text := a.request("GET", "/c/"+conversation, nil); status != http.StatusOK || !strings.Contains(text, "word word") {
		t.Errorf("%d", status)
	}
}

// What a page shows anew is bounded: it has other things to do.
func TestALongParagraphLeavesThePageTime(t *testing.T) {
	for _, size := range []int{0, 1000, 20_000, 200_000, 2_000_000} {
		pause := max(minGrowthInterval, pace(size))
		if rate := float64(size) / pause.Seconds(); rate > paceRate+1 {
			t.Errorf("%d bytes each %v are %.0f a second", size, pause, rate)
		}
	}
	if pace(10_000) > minGrowthInterval {
		t.Errorf("a usual paragraph waits %v", pace(10_000))
	}
}
