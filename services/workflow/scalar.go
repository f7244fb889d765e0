package workflow

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The platform reads YAML 1.1: yes is true, 1:30 is 90, 0777 is 511, 2024-01-31 is a date.
// These are the forms of its reader (PyYAML) for a text without quotes.
type forms struct{ integer, number, date *regexp.Regexp }

var plain = sync.OnceValue(func() forms {
	return forms{
		integer: regexp.MustCompile(`^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$`),
		number: regexp.MustCompile(`^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?` +
			`|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$`),
		date: regexp.MustCompile(`^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}` +
			`(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$`),
	}
})

// word returns what a text without quotes stands for that is no text.
func word(s string) (k kind, b, special bool) {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return null, false, true
	case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON":
		return boolean, true, true
	case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF":
		return boolean, false, true
	}
	return text, false, false
}

// resolve gives a scalar that has no quotes its kind.
func (v *value) resolve() {
	var special bool
	if v.kind, v.boolean, special = word(v.text); special {
		return
	}
	if first := v.text[0]; first != '-' && first != '+' && first != '.' && (first < '0' || first > '9') || len(v.text) > 100 {
		return
	}
	switch forms := plain(); {
	case forms.integer.MatchString(v.text):
		v.kind, v.number = integer, readInteger(v.text)
	case forms.number.MatchString(v.text):
		v.kind, v.number = number, readNumber(v.text)
	case forms.date.MatchString(v.text):
		v.kind = date
	}
}

// isDate reports whether a text that looks like a date, perhaps with a time, is one.
func isDate(s string) bool {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	var n [6]int
	for i := range min(len(parts), len(n)) {
		n[i], _ = strconv.Atoi(parts[i]) // digits only
	}
	day := time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC)
	return n[0] > 0 && day.Month() == time.Month(n[1]) && day.Day() == n[2] && n[3] < 24 && n[4] < 60 && n[5] < 60
}

func readInteger(s string) float64 {
	s = strings.ReplaceAll(s, "_", "")
	digits := strings.TrimLeft(s, "+-")
	sign := 1.0
	if strings.HasPrefix(s, "-") {
		sign = -1
	}
	if strings.Contains(digits, ":") {
		return sign * sixties(digits)
	}
	if len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '7' {
		digits = "0o" + digits[1:]
	}
	if n, err := strconv.ParseInt(digits, 0, 64); err == nil {
		return sign * float64(n)
	}
	n, _ := strconv.ParseFloat(digits, 64) // too large for an integer
	return sign * n
}

func readNumber(s string) float64 {
	s = strings.ToLower(strings.ReplaceAll(s, "_", ""))
	switch {
	case strings.HasSuffix(s, ".nan"):
		return math.NaN()
	case strings.HasSuffix(s, ".inf"):
		return math.Inf(map[bool]int{true: -1, false: 1}[s[0] == '-'])
	case strings.Contains(s, ":"):
		if s[0] == '-' {
			return -sixties(s[1:])
		}
		return sixties(strings.TrimPrefix(s, "+"))
	}
	n, _ := strconv.ParseFloat(s, 64) // beyond the range: infinite
	return n
}

// sixties reads 1:30 as 90.
func sixties(s string) float64 {
	total := 0.0
	for part := range strings.SplitSeq(s, ":") {
		n, _ := strconv.ParseFloat(part, 64) // digits only
		total = total*60 + n
	}
	return total
}

// relax turns a value into the kind that a schema wants, where the platform does the same: it
// takes "3" and 3.0 for 3, and "yes", "true" and 1 for true. It reports whether it did.
func (v *value) relax(want kind) bool {
	s := strings.TrimSpace(v.text)
	switch {
	case want == boolean && (v.kind == integer || v.kind == number) && (v.number == 0 || v.number == 1):
		v.kind, v.boolean = boolean, v.number == 1
	case want == boolean && v.kind == text:
		switch strings.ToLower(s) {
		case "1", "true", "t", "yes", "y", "on":
			v.boolean = true
		case "0", "false", "f", "no", "n", "off":
			v.boolean = false
		default:
			return false
		}
		v.kind = boolean
	case want == integer && v.kind == number && v.number == math.Trunc(v.number) && !math.IsInf(v.number, 0):
		v.kind = integer
	case want == integer && v.kind == text:
		n, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
		if err != nil || n != math.Trunc(n) || math.IsInf(n, 0) || strings.ContainsAny(s, "eExXpPnN") {
			return false
		}
		v.kind, v.number = integer, n
	case want == number && v.kind == text:
		n, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || strings.ContainsAny(s, "xXpP") {
			return false
		}
		v.kind, v.number = number, n
	default:
		return false
	}
	return true
}
