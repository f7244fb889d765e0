package words

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
)

// verbs are what fmt replaces, in the order of the arguments.
var verbs = regexp.MustCompile(`%[a-z]`)

// longest are arguments as long as they sensibly get.
var longest = map[string]string{"%d": "65535", "%s": "Model server", "%v": "exit status 3"}

func TestEveryLineIsSaidInEveryLanguageAndFits(t *testing.T) {
	for key, line := range table {
		for language, text := range line.text {
			if Key(key) == Nothing {
				continue
			}
			if text == "" {
				t.Errorf("line %d (%q) is missing in language %d", key, line.text[English], language)
				continue
			}
			text = strings.ReplaceAll(text, "{when}", "on 31 December 2025 after 14:03")
			filled := verbs.ReplaceAllStringFunc(text, func(verb string) string { return longest[verb] })
			if n := len(utf16.Encode([]rune(filled))); n > int(line.place) {
				t.Errorf("%q has %d units, there is room for %d", filled, n, line.place)
			}
			if got, want := verbs.FindAllString(text, -1), verbs.FindAllString(line.text[English], -1); strings.Join(got, "") != strings.Join(want, "") {
				t.Errorf("%q takes %v, %q takes %v", text, got, line.text[English], want)
			}
			if strings.HasSuffix(text, "!") {
				t.Errorf("%q shouts", text)
			}
		}
	}
}

func TestFit(t *testing.T) {
	for _, test := range []struct {
		text  string
		units int
		want  string
	}{
		{"Running", 7, "Running"},
		{"Running", 6, "Run…ng"},
		{"𝄞𝄞𝄞", 6, "𝄞𝄞𝄞"},
		{"𝄞𝄞𝄞", 5, "𝄞…𝄞"},
		{"Port 7860 is taken by a-very-long-name (pid 812)", 30, "Port 7860 is ta…name (pid 812)"},
		{"Chat stops", 8, "Chat…ops"},
		{"全角文字の名前", 14, "全角文字の名前"},
		{"全角文字の名前", 13, "全角文…の名前"},
		{"채팅 カナ", 5, "채…ナ"},
		{"", 5, ""},
	} {
		got := Fit(test.text, test.units)
		if got != test.want || len(utf16.Encode([]rune(got))) > test.units {
			t.Errorf("%q in %d units is %q, want %q", test.text, test.units, got, test.want)
		}
	}
}

// One body stands below the question for one workflow and for many.
func TestTheBodyOfTheQuestionToQuitFitsAnyNumber(t *testing.T) {
	for language, plurals := range map[Language][]string{English: {" they ", " are "}, German: {" sie ", " werden "}} {
		for _, plural := range plurals {
			if body := language.Say(QuitQuestionBody, "14:32"); strings.Contains(body, plural) {
				t.Errorf("%q is about more than one", body)
			}
		}
	}
}
