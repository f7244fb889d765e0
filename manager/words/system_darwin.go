package words

import (
	"os/exec"
	"strings"
)

// preferred are the languages of the system's settings, the most wanted first: a
// program that is not started in a terminal has no LANG there.
func preferred() []string {
	out, err := exec.Command("/usr/bin/defaults", "read", "-g", "AppleLanguages").Output()
	if err != nil {
		return nil
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return strings.ContainsRune("()\",\n ", r) })
}
