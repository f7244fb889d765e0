package open

import "testing"

// A services file, or a service that was taken over, may name any address.
func TestOnlyPagesOfTheWebAreOpened(t *testing.T) {
	for address, want := range map[string]string{
		"http://127.0.0.1:7861":              "http://127.0.0.1:7861",
		"HTTPS://localhost:7861/a b?c=d e#f": "https://localhost:7861/a%20b?c=d%20e#f",
		"http://[::1]:80/":                   "http://[::1]:80/",
		"http://a/?x=%22&y=\" --option":      "http://a/?x=%22&y=%22%20--option",
		"javascript:alert(1)":                "",
		"JavaScript://a/%0Aalert(1)":         "",
		"file:///etc/passwd":                 "",
		"data:text/html,x":                   "",
		"--version":                          "",
		"-h":                                 "",
		"":                                   "",
		"localhost:7861":                     "",
		"http:javascript":                    "",
		"http://":                            "",
		"http://:80/":                        "",
		"http://a\n/":                        "",
		"http://a\" --option/":               "",
		"/etc/passwd":                        "",
		"//a/b":                              "",
		"ftp://a/":                           "",
		"vscode://a/":                        "",
	} {
		got, err := checkPage(address)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is opened as %q, want %q: %v", address, got, want, err)
		}
		if err != nil && Page(address, Desktop{}) == nil {
			t.Errorf("%q was opened", address)
		}
	}
}
