//go:build unix && !darwin

package words

import (
	"os"
	"strings"
)

// preferred are the user's locales, the most wanted first, as gettext reads them.
func preferred() []string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		locale := os.Getenv(name)
		if locale == "" {
			continue
		}
		if locale == "C" || locale == "POSIX" {
			return nil
		}
		return append(strings.FieldsFunc(os.Getenv("LANGUAGE"), func(r rune) bool { return r == ':' }), locale)
	}
	return nil
}
