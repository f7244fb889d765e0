package logs

import "testing"

func TestWhatAPersonReads(t *testing.T) {
	for text, want := range map[string]string{
		"plain text,\ttabbed":                                 "plain text,\ttabbed",
		"Grüße 😀 שלום\u200f":                                  "Grüße 😀 שלום\u200f",
		"\x1b[1;32mready\x1b[0m on \x1b[4m80\x1b[24m":         "ready on 80",
		"\x1b[38:2::255:0:0mred\x1b(B\x1b[m":                  "red",
		"\x1b[2J\x1b[H\x1b]0;owned\x07cleared\x1b7\x1b8\x1bc": "cleared",
		"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\":            "link",
		"\x1bPsecret\x1b\\a\x1b_app\x1b\\b":                   "ab",
		"a\x00b\x07c\x7fd\x1b":                                "abcd",
		"C1: \u009b31m \u0085 \u009d0;x\u009c":                `C1: \u009b31m \u0085 \u009d0;x\u009c`,
		"over\u202eride \u2066isolate\u2069":                  `over\u202eride \u2066isolate\u2069`,
		"10%\r20%\r100%":                                      "100%",
		"10%\r20%\r":                                          "20%",
		"10%\r\x1b[K20%\r\x1b[K":                              "20%",
		"\x1b[1G10%\x1b[K\x1b[1G20%\x1b[K":                    "20%",
		"working |\b/\b-\b":                                   "working -",
		"\x1b[32m|\x1b[0m\b\x1b[32m/\x1b[0m":                  "/",
		"first\r\nsecond\x1b[0m\r\n":                          "first\nsecond\n",
		"abcdef\x1b[3DXYZ":                                    "abcXYZ",
		"abc\b\bX":                                            "aXc",
		"name\x1b[4Cvalue":                                    "name    value",
		"abc\x1b[6Gx":                                         "abc  x",
		"one \x1b[2Ktwo":                                      "two",
		"abcdef\x1b[4D\x1b[K":                                 "ab",
		"\x1b[32m50%\x1b[0m\x1b[3D\x1b[32m60%\x1b[0m":         "60%",
		"x\x1b[99999999999999999999Cy":                        "xy",
		"\b\b\r\r\b":                                          "",
		"":                                                    "",
	} {
		if got := Plain(text); got != want {
			t.Errorf("%q reads as %q, want %q", text, got, want)
		}
		if again := Plain(want); again != want {
			t.Errorf("%q then reads as %q", want, again)
		}
	}
}

func TestOnlyColoursReachATerminal(t *testing.T) {
	const text = "\x1b[2J\x1b[H\x1b]0;owned\x07\x1b[31mred\x1b[0m \x1b[1Aup \u009b2J \u202e"
	if got, want := Coloured(text), "\x1b[31mred\x1b[0m up \\u009b2J \\u202e"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("10%\r\x1b[K20%\b\b\u202e", "\x1b[0m\r\b30%")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, r := range Plain(a) {
			if special(r) {
				t.Fatalf("%q reads as %q", a, Plain(a))
			}
		}
	})
}
