package markdown

import (
	"html/template"
	"strings"
	"testing"
	"time"
)

func TestBlocks(t *testing.T) {
	tests := []struct {
		name, source string
		want         []string
	}{
		{"paragraphs", "One *two*.\n\nThree.", []string{"<p>One <em>two</em>.</p>", "<p>Three.</p>"}},
		{"code", "```go\na < b\n```", []string{`<div class="code" data-fence><div class="code-head"><span class="cut">go</span>` +
			`<button type="button" class="quiet small" data-copy="code" data-keep>Copy</button></div><pre tabindex="0"><code>a &lt; b` + "\n</code></pre></div>"}},
		{"an unfinished block of code", "```\na", []string{`<div class="code" data-fence><div class="code-head"><span class="cut"></span>` +
			`<button type="button" class="quiet small" data-copy="code" data-keep>Copy</button></div><pre tabindex="0"><code>a` + "\n</code></pre></div>"}},
		{"a link", "[x](https://example.org/?a=1&b=2)",
			[]string{`<p><a rel="noopener noreferrer" target="_blank" href="https://example.org/?a=1&amp;b=2">x</a></p>`}},
		{"a bare address", "see www.example.org", []string{`<p>see <a rel="noopener noreferrer" target="_blank" href="http://www.example.org">www.example.org</a></p>`}},
		{"a script link", "[x](javascript:alert(1)) <javascript:alert(1)>", []string{`<p>x javascript:alert(1)</p>`}},
		{"a data link", "[x](data:text/html,hi)", []string{`<p>x</p>`}},
		{"a path", "[x](/api/settings)", []string{`<p>x</p>`}},
		{"no host", "[x](//evil.example)", []string{`<p>x</p>`}},
		{"an image", "![a cat](https://example.org/cat.png)",
			[]string{`<p><a rel="noopener noreferrer" target="_blank" href="https://example.org/cat.png">a cat</a></p>`}},
		{"an image in a link", "[![a cat](https://example.org/cat.png)](https://example.org)",
			[]string{`<p><a rel="noopener noreferrer" target="_blank" href="https://example.org">a cat</a></p>`}},
		{"a block of HTML", "<script>\nalert(1)\n</script>", []string{"<p class=\"plain\">&lt;script&gt;\nalert(1)\n&lt;/script&gt;</p>"}},
		{"HTML in a line", "a <img src=x onerror=alert(1)> b", []string{"<p>a &lt;img src=x onerror=alert(1)&gt; b</p>"}},
		{"a language with a tag in it", "```<b>\nx\n```", []string{`<div class="code" data-fence><div class="code-head"><span class="cut">&lt;b&gt;</span>` +
			`<button type="button" class="quiet small" data-copy="code" data-keep>Copy</button></div><pre tabindex="0"><code>x` + "\n</code></pre></div>"}},
		{"a table", "|a|\n|-:|\n|1|", []string{"<div class=\"wide\" tabindex=\"0\"><table><thead>\n<tr>\n<th align=\"right\">a</th>\n</tr>\n</thead>\n" +
			"<tbody>\n<tr>\n<td align=\"right\">1</td>\n</tr>\n</tbody>\n</table></div>"}},
		{"a definition shows nothing", "[x]: https://example.org", nil},
		{"nothing", "", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Blocks(test.source)
			var parts []string
			for _, block := range got {
				parts = append(parts, string(block))
			}
			if strings.Join(parts, "\x00") != strings.Join(test.want, "\x00") {
				t.Errorf("got  %q\nwant %q", parts, test.want)
			}
		})
	}
}

// A strict content policy refuses style attributes and inline handlers.
func TestNothingInline(t *testing.T) {
	source := "# a {style=x onclick=y}\n\n|a|b|\n|:-|:-:|\n|1|2|\n\n- [ ] x\n- [x] y\n\n3. z\n\n<p style='a' onclick='b'>\n"
	for _, block := range Blocks(source) {
		for _, forbidden := range []string{" style=", " onclick="} {
			if before, _, found := strings.Cut(string(block), forbidden); found && strings.Count(before, "<") > strings.Count(before, ">") {
				t.Errorf("%q holds%s", block, forbidden)
			}
		}
	}
}

func TestHostileTextIsQuick(t *testing.T) {
	for name, unit := range map[string]string{
		"quotes": ">", "spaced quotes": "> ", "links": "[a](", "brackets": "[", "stars": "*a ", "ticks": "`a``b", "tags": "<a ",
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			blocks := Blocks(strings.Repeat(unit, 40_000/len(unit)))
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("%d blocks took %v", len(blocks), took)
			}
		})
	}
}

func TestGrowingTextKeepsItsFirstBlocks(t *testing.T) {
	text := "First.\n\n- a\n- b\n\n```\ncode\n```\n\nLast"
	var before []template.HTML
	for end := range len(text) + 1 {
		now := Blocks(text[:end])
		for i := range len(before) - 2 {
			if now[i] != before[i] {
				t.Fatalf("at byte %d block %d changed from %q to %q", end, i, before[i], now[i])
			}
		}
		before = now
	}
}
