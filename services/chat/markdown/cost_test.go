package markdown

import (
	"html/template"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// allowed are the tags that there may be, with their attributes.
var allowed = map[string][]string{
	"p": {"class"}, "em": nil, "strong": nil, "del": nil, "br": nil, "hr": nil, "blockquote": nil,
	"h1": nil, "h2": nil, "h3": nil, "h4": nil, "h5": nil, "h6": nil,
	"ul": nil, "ol": {"start"}, "li": nil, "input": {"type", "checked", "disabled", "aria-label"},
	"code": nil, "pre": {"tabindex"}, "div": {"class", "tabindex", "data-fence"}, "span": {"class"}, "button": {"type", "class", "data-copy", "data-keep"},
	"a":     {"rel", "target", "href"},
	"table": nil, "thead": nil, "tbody": nil, "tr": nil, "th": {"align"}, "td": {"align"},
}

var (
	tag       = regexp.MustCompile(`^</?([a-z][a-z0-9]*)((?: [a-z-]+(?:="[^"<>]*")?)*)(?: /)?>`)
	attribute = regexp.MustCompile(` ([a-z-]+)(?:="([^"]*)")?`)
)

// fault returns the first thing in HTML that is not on the list, or "".
func fault(html string) string {
	seen := map[string]bool{} // tags that are all right
	for {
		at := strings.IndexByte(html, '<')
		if at < 0 {
			return ""
		}
		html = html[at:]
		if end := strings.IndexByte(html, '>') + 1; seen[html[:end]] {
			html = html[end:]
			continue
		}
		found := tag.FindStringSubmatch(html)
		if found == nil {
			return html[:min(len(html), 80)]
		}
		attributes, known := allowed[found[1]]
		for _, a := range attribute.FindAllStringSubmatch(found[2], -1) {
			href := a[1] == "href" && !strings.HasPrefix(strings.ToLower(a[2]), "http://") && !strings.HasPrefix(strings.ToLower(a[2]), "https://")
			known = known && slices.Contains(attributes, a[1]) && !href
		}
		if !known {
			return found[0]
		}
		seen[found[0]] = true
		html = html[len(found[0]):]
	}
}

func size(blocks []template.HTML) (sum int) {
	for _, block := range blocks {
		sum += len(block)
	}
	return sum
}

// hostile are texts that once took seconds or gigabytes, or may, by the part that they repeat.
var hostile = map[string]string{
	"quotes": ">", "spaced quotes": "> ", "lists in lists": "1. ", "bullets in bullets": "- ", "quotes and lists": "> - ", "stars": "*a ", "stars and underlines": "*a_",
	"pairs": "*a* ", "strong": "**a", "three stars": "***", "strikes": "~~a", "links": "[a](", "brackets": "[", "closing": "]", "images": "![", "images in links": "[![a](b)](c)",
	"ticks": "`a``b", "more ticks": "`` ` ", "ticks in lines": "\\```\n", "brackets in lines": "[\n", "tags in lines": "<a \n", "tags": "<a ", "comments": "<!-- ", "processing": "<?", "declarations": "<!A", "data": "<![CDATA[", "autolinks": "<http://a ",
	"mail": "a@b", "underlined mail": "a_b@", "words": "a_", "www": "www.a.b ", "www without space": "(www.a", "http": "http://a.b ", "brackets in links": "[a](b(", "titles": "[a](b \"", "references": "[a]: b\n", "used references": "[a]: b\n\n[a] ",
	"table": "a|", "table rows": "a|b\n-|-\n", "wide rows": "|\n-|-|-|-|-|-|-|-|-\n", "headings": "# a\n", "underlines": "a\n=\n", "rules": "---\n", "fences": "```\n```\n", "open fences": "~~~\n", "indented": "    a\n\nb\n\n",
	"items": "-\n", "numbers": "1.\n", "loose items": "- a\n\n", "deeper items": "- a\n ", "tasks": "- [ ] a\n", "entities": "&amp;", "ampersands": "&", "quotation": "\"", "escapes": "\\*", "breaks": "a  \n", "spaces": "          ", "lines": "\n", "tabs": "\t",
	"html": "<div>\n", "html and text": "<b>a</b> ", "nul": "\x00", "bad utf-8": "\xff", "wide": "ä", "colons": ":::", "nested emphasis": "*_", "closing emphasis": "a*_", "bracket and star": "[*", "tick and bracket": "`[", "autolink and bracket": "[<",
}

// texts are 64 kB of each, alone and after what may open something.
func texts() map[string]string {
	const length = 64 << 10
	all := map[string]string{}
	for name, unit := range hostile {
		all[name] = strings.Repeat(unit, length/len(unit))
	}
	wide := strings.Repeat("a|", 6000)
	all["a wide table"] = wide + "\n" + strings.Repeat("-|", 6000) + "\n" + strings.Repeat("b\n", 10_000)
	all["a table of 200 columns"] = strings.Repeat("a|", 200) + "\n" + strings.Repeat("-|", 200) + "\n" + strings.Repeat("b\n", 30_000)
	all["opened, then closed"] = strings.Repeat("*a ", 11_000) + strings.Repeat("a* ", 11_000)
	all["links opened, then closed"] = strings.Repeat("[", 32_000) + strings.Repeat("](a)", 8_000)
	all["ever longer ticks"] = ticks(length)
	return all
}

func ticks(length int) string {
	var b strings.Builder
	for n := 1; b.Len() < length; n++ {
		b.WriteString(strings.Repeat("`", n) + "a")
	}
	return b.String()
}

// An answer of 12 kB with a wide table once made 45 MB of page and took 1.3 GB.
func TestHostileTextStaysSmall(t *testing.T) {
	all := texts()
	for name, source := range texts() {
		all[name+", too long to be formatted"] = strings.Repeat(source, 5)
	}
	for name, source := range all {
		blocks := Blocks(source)
		if got := size(blocks); got > 20*len(source)+64<<10 {
			t.Errorf("%s: %d bytes became %d", name, len(source), got)
		}
		for _, block := range blocks {
			if found := fault(string(block)); found != "" {
				t.Errorf("%s: %s", name, found)
			}
		}
	}
}

func TestWhatPeopleReadIsFormatted(t *testing.T) {
	table := strings.Repeat("| a ", 20) + "|\n" + strings.Repeat("|---", 20) + "|\n" + strings.Repeat(strings.Repeat("| *b* ", 20)+"|\n", 200)
	long := strings.Repeat("A **word** and `code`, [a link](https://example.org), and some text around it.\n\n", 800)
	deep := "- a\n  - b\n    - c\n      - d\n        > e\n"
	for _, source := range []string{table, long, deep} {
		if html := Blocks(source); strings.Contains(string(html[0]), "plain") || strings.Contains(string(html[len(html)-1]), "**") || strings.Contains(string(html[len(html)-1]), "| ") {
			t.Errorf("plain: %.100s", source)
		}
	}
	boxes := string(Blocks("- [ ] a\n- [x] b\n")[0])
	if strings.Count(boxes, `disabled aria-label="`) != 2 {
		t.Errorf("boxes without a name: %s", boxes)
	}
}

func FuzzBlocks(f *testing.F) {
	for _, unit := range hostile {
		f.Add(strings.Repeat(unit, 50))
	}
	f.Fuzz(func(t *testing.T, source string) {
		blocks := Blocks(source)
		if got := size(blocks); got > 20*len(source)+64<<10 {
			t.Errorf("%d bytes became %d", len(source), got)
		}
		for _, block := range blocks {
			if found := fault(string(block)); found != "" {
				t.Errorf("%q", found)
			}
		}
	})
}

// cost is the least time that a text took in some runs, and the memory that one takes, garbage included.
func cost(source string) (took time.Duration, allocated int) {
	took = time.Hour
	var before, after runtime.MemStats
	for range 5 {
		runtime.ReadMemStats(&before)
		began := time.Now()
		Blocks(source)
		took = min(took, time.Since(began))
		runtime.ReadMemStats(&after)
		allocated = int(after.TotalAlloc - before.TotalAlloc)
	}
	return took, allocated
}

// BenchmarkHostileText prints what 64 kB of the worst kinds cost. The aim is 50 ms for any, and
// no more than some megabytes: 12 kB once took 1.3 GB.
func BenchmarkHostileText(b *testing.B) {
	all := texts()
	var slowest time.Duration
	var largest int
	for b.Loop() {
		slowest, largest = 0, 0
		for _, name := range slices.Sorted(maps.Keys(all)) {
			took, allocated := cost(all[name])
			if took > slowest {
				slowest = took
				b.Logf("%v: %s", took, name)
			}
			if allocated > largest {
				largest = allocated
				b.Logf("%d kB: %s", allocated>>10, name)
			}
		}
	}
	b.ReportMetric(float64(slowest.Microseconds())/1000, "slowest-ms")
	b.ReportMetric(float64(largest)/1e6, "largest-MB")
}
