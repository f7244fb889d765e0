package instance

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// redactor removes private data from a text: secrets, the user's name and home folder.
type redactor struct {
	replace *strings.Replacer
	name    *regexp.Regexp // nil: none
}

// shortest is the length from which on a value is told apart from ordinary words and
// numbers.
const shortest = 6

// newRedactor is given NAME=value pairs of an environment. Values whose names speak of
// a secret are taken out, and, of pairs that begin with an equals sign, all.
func newRedactor(home, user string, environment []string) redactor {
	type pair struct{ old, new string }
	var pairs []pair
	for _, variable := range environment {
		secret := strings.HasPrefix(variable, "=")
		name, value, _ := strings.Cut(strings.TrimPrefix(variable, "="), "=")
		if len(value) >= shortest && (secret || secretName().MatchString(name)) {
			pairs = append(pairs, pair{value, "[" + name + "]"})
		}
	}
	if len(home) > 1 {
		pairs = append(pairs, pair{home, "~"})
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return len(b.old) - len(a.old) }) // one may hold another
	var list []string
	for _, p := range pairs {
		list = append(list, p.old, p.new)
	}
	r := redactor{replace: strings.NewReplacer(list...)}
	if _, short, domain := strings.Cut(user, `\`); domain {
		user = short
	}
	if len(user) > 1 {
		r.name = regexp.MustCompile(`(?i)(^|[^\pL\pN_])` + regexp.QuoteMeta(user) + `($|[^\pL\pN_])`)
	}
	return r
}

// The patterns are compiled when a diagnosis is asked for, not at every start.
var (
	secretName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)key|token|secret|passw|credential|auth|cookie`)
	})
	// secrets match texts that look like secrets; the group is what is kept.
	secrets = sync.OnceValue(func() []*regexp.Regexp {
		return []*regexp.Regexp{
			regexp.MustCompile(`(?i)(\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}`),
			regexp.MustCompile(`(?i)([\w-]*(?:key|token|secret|passw(?:or)?d|passwd|ticket|authorization)["']?\s*[:=]\s*["']?)[^\s"'&,;]+`),
			regexp.MustCompile(`(\w+://[^\s/:@]+:)[^\s/@]+(?:@)`),
			regexp.MustCompile(`()\b(?:sk|pk|rk|ghp|gho|ghs|glpat|xox[abprs]|hf|AIza)[-_]?[A-Za-z0-9_-]{16,}`),
			regexp.MustCompile(`()\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+`),
		}
	})
)

func (r redactor) clean(text string) string {
	text = r.replace.Replace(text)
	for i, secret := range secrets() {
		with := "${1}[removed]"
		if i == 2 {
			with += "@"
		}
		text = secret.ReplaceAllString(text, with)
	}
	if r.name != nil {
		for range 2 { // a match consumes the character that the next one needs
			text = r.name.ReplaceAllString(text, "${1}[user]${2}")
		}
	}
	return text
}
