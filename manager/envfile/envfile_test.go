package envfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// write makes a file of that text.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var environment = []string{"HOME=/home/user", "OUTER=outer", "BOTH=outer"}

func TestAFileIsReadAsDockerComposeReadsIt(t *testing.T) {
	for text, want := range map[string][]string{
		"":                             {},
		"\n# only a comment\n":         {},
		"A=1\nB = two words # why\n":   {"A=1", "B=two words"},
		"A=1\r\nB='2'\r\n":             {"A=1", "B=2"},
		"\ufeffA=1\n":                  {"A=1"},
		"export A=1\nexport  B=2":      {"A=1", "B=2"},
		"a.b-c=1\nd[0]=2\n":            {"a.b-c=1", "d[0]=2"},
		"A: 1\nB:2\n":                  {"A=1", "B=2"},
		"A=\nB=\"\"\nC=''":             {"A=", "B=", "C="},
		"A=1\nA=2\n":                   {"A=2"},
		"A=\"one\ntwo\n\nfour\"\nB=1":  {"A=one\ntwo\n\nfour", "B=1"},
		"A='one\n# no comment\n'\nB=1": {"A=one\n# no comment\n", "B=1"},
		"A=\"say \\\"hi\\\"\nthere\"":  {"A=say \"hi\"\nthere"},
		"A=\"x\\ny\"\nB='x\\ny'\n":     {"A=x\ny", `B=x\ny`},
		"A=it's\nB=2\n":                {"A=it's", "B=2"},
		"A=\"x\" # why\nB=1\n":         {"A=x", "B=1"},
		"# it's\nA=1\n":                {"A=1"},
		"A=#1\nB=a#b\n":                {"A=#1", "B=a#b"},
		"OUTER\nUNSET\nB=1":            {"B=1", "OUTER=outer"},
		"B=1\nOUTER":                   {"B=1", "OUTER=outer"},
		"D=$HOME/x\nE=${HOME}/y\n":     {"D=/home/user/x", "E=/home/user/y"},
		"A=1\nB=${A}2\nBOTH=x\nC=$BOTH": {
			"A=1", "B=12", "BOTH=x", "C=outer"},
		"A=${UNSET:-x}\nB=$UNSET\nC=$$A\nD='$HOME'\n": {"A=x", "B=", "C=$A", "D=$HOME"},
		"LOG='{host} {port} {status}'\nF={listen}\n":  {"F={listen}", "LOG={host} {port} {status}"},
		"A=gr\xfcn\n": {"A=gr\xfcn"},
	} {
		if got, err := Read(t.Context(), write(t, text), environment); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q is read as %q, %v, want %q", text, got, err, want)
		}
	}
}

// Each mistake is told with the line where it begins, and without the values: they are secret.
func TestMistakes(t *testing.T) {
	const secret = "hunter2"
	for text, want := range map[string]string{
		"A=1\n\n# x\nB=\"" + secret + "\nC=1\nD=2\n":     "4: mistake quote-open",
		"A=1\nB='" + secret:                              "2: mistake quote-open",
		"A=\"x\n\ny\"\nB C=" + secret + "\n":             "4: mistake space-in-name",
		"A=1\nB C\n":                                     "2: mistake space-in-name",
		"A\tB=1\n":                                       "1: mistake space-in-name",
		"A=1\n{\"key\": \"" + secret + "\"}":             `2: mistake not-a-name "{"`,
		"A=1\n=" + secret:                                "2: mistake no-name",
		"A=1\nB=${" + secret + "\n":                      "2: mistake dollar",
		"A=\"one\n" + secret + "${x y}\"\n":              "1: mistake dollar",
		"A=1\nB=${C?set C in your shell}\n":              "2: required variable C is missing a value: set C in your shell",
		"A=1\nB=\x00" + secret:                           "2: mistake nul",
		"A=" + strings.Repeat("x", 1<<10) + doubling(20): "11: mistake values-too-large",
	} {
		path := write(t, text)
		_, err := Read(t.Context(), path, environment)
		var mistake *Error
		if !errors.As(err, &mistake) || err.Error() != path+":"+want || strings.Contains(err.Error(), secret) {
			t.Errorf("of %.60q it says %v, want line %s", text, err, want)
		}
	}
}

// doubling is lines of which each makes a value twice as long as the one before.
func doubling(lines int) string {
	text := "\nV0=$A$A"
	for n := range lines {
		text += fmt.Sprintf("\nV%d=$V%d$V%d", n+1, n, n)
	}
	return text
}

func TestWhatIsNoFileOfVariables(t *testing.T) {
	folder := t.TempDir()
	for path, want := range map[string]string{
		folder: "mistake is-folder",
		write(t, strings.Repeat("A=123456789\n", 100_000)): "mistake too-large",
		write(t, "\xff\xfeA\x00=\x001\x00"):                "mistake utf-16",
		write(t, "A\x00=\x001\x00"):                        "mistake utf-16",
		write(t, "\x00A\x00=\x001"):                        "mistake utf-16",
	} {
		_, err := Read(t.Context(), path, nil)
		if err == nil || !strings.HasPrefix(err.Error(), path+": "+want) {
			t.Errorf("of %s it says %v, want %s", path, err, want)
		}
	}
	if _, err := Read(t.Context(), filepath.Join(folder, "missing"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of a file that is not there it says %v", err)
	}
}

// A file of the largest size is read at once, whatever is in it.
func TestALargeFile(t *testing.T) {
	for name, line := range map[string]string{"values": "A=123456789\n", "quoted": "A='1234'\n", "comments": "# 1234 '\n"} {
		text := strings.Repeat(line, maxSize/len(line)/2)
		if _, err := Read(t.Context(), write(t, text), nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	long := "A=\"" + strings.Repeat("a line of a certificate\n", 40_000) + "\"\n"
	if got, err := Read(t.Context(), write(t, long), nil); err != nil || len(got) != 1 || len(got[0]) != len(long)-3 {
		t.Errorf("one long value: %v", err)
	}
}

// Nothing waits longer than ctx: here for an answer that does not come.
func TestReadingHasADeadline(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := write(t, "A=1\n")
	if _, err := Read(ctx, path, nil); err == nil || !errors.Is(err, context.Canceled) {
		t.Errorf("it says %v", err)
	}
}
