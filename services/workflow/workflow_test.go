package workflow

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func files(t *testing.T, pattern string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %v, %v", pattern, names, err)
	}
	all := make(map[string]string)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(name)] = string(data)
	}
	return all
}

// rulesOf are the rules of findings, each once.
func rulesOf(findings []Finding) (rules []string) {
	for _, f := range findings {
		if !slices.Contains(rules, f.Rule) {
			rules = append(rules, f.Rule)
		}
	}
	slices.Sort(rules)
	return rules
}

func show(findings []Finding) string {
	var lines strings.Builder
	for _, f := range findings {
		lines.WriteString("\n\t" + f.String())
	}
	return lines.String()
}

func TestThePlatformsOwnFilesAreValid(t *testing.T) {
	for name, content := range files(t, "testdata/valid/*.yaml") {
		result := Check([]byte(content))
		if !result.Valid() {
			t.Errorf("%s:%s", name, show(result.Errors))
		}
		want := ""
		if name == "07_parallel_execution.yaml" {
			want = Dev
		}
		if result.Dialect != want {
			t.Errorf("%s: only for %q, because of %s", name, result.Dialect, result.DialectCause)
		}
	}
}

// Each file names the rule that it breaks in its first line, and breaks no other.
func TestInvalidFilesFailByTheirRule(t *testing.T) {
	first := regexp.MustCompile(`^# breaks (\w+):`)
	for name, content := range files(t, "testdata/invalid/*.yaml") {
		rule := first.FindStringSubmatch(content)
		result := Check([]byte(content))
		if rule == nil || !slices.Equal(rulesOf(result.Errors), rule[1:]) {
			t.Errorf("%s:%s", name, show(result.Errors))
		}
	}
}
