package instance

import "testing"

func TestWhatIsTakenOutOfADiagnosis(t *testing.T) {
	r := newRedactor("/home/user", "tester", []string{
		"OPENAI_API_KEY=geheim-12345", "PATH=/usr/bin:/bin", "LONG_TOKEN=geheim-12345-long", "SHORT_KEY=abc", "=MODE=production", "=LEVEL=5",
	})
	for text, want := range map[string]string{
		"Files: /home/user/.local/state":              "Files: ~/.local/state",
		"started by tester, of Tester: attester":      "started by [user], of [user]: attester",
		"tester tester tester":                        "[user] [user] [user]",
		"it used geheim-12345 and geheim-12345-long":  "it used [OPENAI_API_KEY] and [LONG_TOKEN]",
		"found in /usr/bin:/bin":                      "found in /usr/bin:/bin",
		"abc and 5 in production":                     "abc and 5 in [MODE]",
		"Authorization: Bearer abcdef1234567890":      "Authorization: [removed] [removed]",
		"GET /?token=0123abc&page=2":                  "GET /?token=[removed]&page=2",
		`{"api_key": "xyz", "n": 1}`:                  `{"api_key": "[removed]", "n": 1}`,
		"postgres://me:secret@db/agents":              "postgres://me:[removed]@db/agents",
		"key sk-abcdefghijklmnopqrstuv is refused":    "key [removed] is refused",
		"jwt eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2lnbmVk.": "jwt [removed].",
		"It ended with an error (exit 3)":             "It ended with an error (exit 3)",
		"http://127.0.0.1:7861/services/chat/log":     "http://127.0.0.1:7861/services/chat/log",
	} {
		if got := r.clean(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// Without a home or a name there is nothing of them to be found.
func TestARedactorOfNobody(t *testing.T) {
	if got := newRedactor("", "", nil).clean("/srv/x by root"); got != "/srv/x by root" {
		t.Errorf("%q", got)
	}
	if got := newRedactor("/", `DOMAIN\tester`, nil).clean("/srv/x by tester"); got != "/srv/x by [user]" {
		t.Errorf("%q", got)
	}
}
