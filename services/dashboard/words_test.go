package dashboard

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"agents-tray/manager/control"
	"agents-tray/manager/words"
	"agents-tray/services/web/webtest"
)

// speak has the pages of a test speak a language.
func speak(t *testing.T, l words.Language) {
	set := func(l words.Language) { language, templates = l, sync.OnceValue(makeTemplates) }
	set(l)
	t.Cleanup(func() { set(words.English) })
}

var (
	templateText = regexp.MustCompile(`say ("(?:[^"\\]|\\.)*")`)
	scriptText   = regexp.MustCompile(`\bsay\(("(?:[^"\\]|\\.)*")`)
)

// found returns the texts that a pattern finds in files.
func found(t *testing.T, pattern *regexp.Regexp, globs ...string) (texts []string) {
	t.Helper()
	for _, glob := range globs {
		files, err := filepath.Glob(glob)
		if err != nil || len(files) == 0 {
			t.Fatal(glob, err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range pattern.FindAllStringSubmatch(string(source), -1) {
				text, err := strconv.Unquote(match[1])
				if err != nil {
					t.Fatal(file, err)
				}
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// saidInGo returns the texts that the package's own source says: the arguments of say and of
// row, and the words of states.
func saidInGo(t *testing.T) (texts []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	see := func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		name, _ := call.Fun.(*ast.Ident)
		literal, ok := call.Args[0].(*ast.BasicLit)
		if ok && name != nil && (name.Name == "say" || name.Name == "row") {
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, text)
		}
		return true
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, see)
	}
	texts = append(texts, stoppedByYou, notAnswering.word)
	for _, w := range stateWords {
		texts = append(texts, w.word)
	}
	for _, w := range lastKnownWords {
		texts = append(texts, w.word)
	}
	for _, w := range runWords {
		texts = append(texts, w.word)
	}
	for _, w := range runStateWords {
		texts = append(texts, w.word)
	}
	return texts
}

// Each text of templates, source and scripts is in the table, and the scripts get theirs.
func TestEveryTextIsInTheTable(t *testing.T) {
	texts := slices.Concat(found(t, templateText, "templates/*.html", "../web/templates/*.html"), saidInGo(t))
	if len(texts) < 200 {
		t.Errorf("only %d texts were found", len(texts))
	}
	for _, text := range texts {
		if !words.OnPage(text) {
			t.Errorf("%q is not in the table", text)
		}
	}
	given, said := words.German.ScriptWords(), found(t, scriptText, "assets/*.js", "../web/assets/*.js")
	for _, text := range said {
		if given[text] == "" {
			t.Errorf("the scripts do not get %q", text)
		}
	}
	for text := range given {
		if !slices.Contains(said, text) {
			t.Errorf("the scripts get %q and do not say it", text)
		}
	}
}

// englishLeft lists what a page shows that it would show in English, too, of what is
// different in German.
const englishLeft = `(() => {
	const texts = [document.title, ...document.querySelectorAll("[title], [aria-label], [placeholder]")].flatMap(
		(e) => typeof e === "string" ? [e] : [e.title, e.getAttribute("aria-label"), e.getAttribute("placeholder")]);
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		if (!walk.currentNode.parentElement.closest("script, pre, code, .log, .mono")) texts.push(walk.currentNode.data);
	}
	const english = new Set(%s);
	return texts.map((text) => (text ?? "").trim()).filter((text) => english.has(text));
})()`

// The pages speak German from end to end, in all the states that matter.
func TestThePagesSpeakGerman(t *testing.T) {
	var differ []string
	for _, text := range slices.Concat(found(t, templateText, "templates/*.html", "../web/templates/*.html"), saidInGo(t),
		found(t, scriptText, "assets/*.js", "../web/assets/*.js")) {
		if words.German.Page(text) != text {
			differ = append(differ, text)
		}
	}
	english, err := json.Marshal(differ)
	if err != nil {
		t.Fatal(err)
	}
	speak(t, words.German)
	i, db := connected(t)
	db.history()
	talk(i)
	i.change(chatFailed)
	i.change(func(s *control.Status) { s.Unclean, s.Asks = lostPower(), true })
	i.review = lostPower()
	aWeek(i)
	url := open(t, i)
	b := webtest.Open(t, webtest.Wide, url)
	for path, want := range map[string][]string{
		"/":                         {"Absturzbericht", "Den Grund im Protokoll nachsehen", "1 von 2 Diensten läuft.", "Nichts wurde gestartet", "vor 1 min"},
		"/runs":                     {"Laufende Workflows", "aufgezeichneten", "Abgeschlossen", "Agenten", "0,0123 $"},
		"/services/chat/log":        {"Protokoll von Chat", "Zeilen", "Zum Anfang"},
		"/services/chat/crash":      {"Absturzbericht von Chat", "Der Prozess endete mit einem Fehler"},
		"/review":                   {"Letztes Lebenszeichen", "Noch einmal ausführen"},
		"/sessions":                 {"Verlauf", "Wie sie endete"},
		"/sessions/s0":              {"Was geschah", "Gestartet"},
		"/services/dashboard/crash": {"Kein Absturz bekannt"},
	} {
		b.Do(chromedp.Navigate(url + path))
		for _, text := range want {
			b.Shows(text)
		}
		if lang := webtest.Eval[string](b, `document.documentElement.lang`); lang != "de" {
			t.Errorf("%s: the language is %q", path, lang)
		}
		if left := webtest.Eval[[]string](b, fmt.Sprintf(englishLeft, english)); len(left) > 0 {
			t.Errorf("%s says %q", path, left)
		}
	}
	b.Do(chromedp.Navigate(url))
	b.Until(`document.querySelector("#instance")?.innerText.includes("gestartet vor")`) // by the script, too
	i.stop()
	b.Shows("Configurable Agents läuft nicht mehr.")
}
