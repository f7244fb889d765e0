package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// module holds packages that end in every way a package can.
var module = map[string]string{
	"go.mod": "module example\n\ngo 1.26\n",
	"good/good_test.go": `package good
import "testing"
func TestGood(t *testing.T) { t.Log("not worth a word"); t.Run("part", func(*testing.T) {}) }`,
	"bad/bad_test.go": `package bad
import "testing"
func TestParts(t *testing.T) {
	t.Run("fine", func(t *testing.T) { t.Log("not worth a word") })
	t.Run("wrong", func(t *testing.T) { t.Error("1 is not 2") })
}
func TestSkipped(t *testing.T) { t.Skip("no moon today") }`,
	"hung/hung_test.go": `package hung
import "testing"
func TestHung(t *testing.T) { t.Log("waiting"); select {} }`,
	"quit/quit_test.go": `package quit
import ("os"; "testing")
func TestMain(m *testing.M) { println("cannot go on"); os.Exit(3) }`,
	"typo/typo_test.go": `package typo
import "testing"
func TestTypo(t *testing.T) { undefinde() }`,
	"none/none.go": "package none",
}

func TestReport(t *testing.T) {
	t.Parallel()
	out := reportOn(t, "./...")
	for _, want := range []string{
		"ok  \texample/good\t",
		"\nexample/bad TestParts/wrong\n    bad_test.go:5: 1 is not 2\n",
		"\nexample/bad TestSkipped\n    bad_test.go:7: no moon today\n--- SKIP",
		"example/hung TestHung\n    hung_test.go:3: waiting\n",
		"panic: test timed out after 2s",
		"cannot go on\n",
		"undefined: undefinde",
		"?   \texample/none\t[no test files]\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("there is no %q", want)
		}
	}
	if strings.Contains(out, "not worth a word") || strings.Contains(out, "=== RUN") {
		t.Error("it tells what passed")
	}
	// Failed are two of bad's tests, one that was skipped, hung, quit and typo.
	if !strings.HasSuffix(out, "\n\n3 passed, 6 failed\n") {
		t.Error("the last line is wrong")
	}
	if t.Failed() {
		t.Log(out)
	}
}

func TestReportOfSuccess(t *testing.T) {
	t.Parallel()
	if out := reportOn(t, "./good"); !strings.HasSuffix(out, "\n\n2 passed, 0 failed\n") {
		t.Error(out)
	}
}

// reportOn runs go test in the module and returns the report.
func reportOn(t *testing.T, packages string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range module {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-json", "-timeout=2s", packages)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	events, _ := cmd.CombinedOutput() // its exit status says that tests failed
	var out bytes.Buffer
	r := newReport(&out)
	if err := r.read(bytes.NewReader(events)); err != nil {
		t.Fatal(err)
	}
	r.end()
	return out.String()
}
