package logs

import (
	"testing"
	"time"
)

func TestParseLine(t *testing.T) {
	for line, want := range map[string]Line{
		"2026-11-23T22:45:12Z err \x1b[31mred\xff\n": {Time: time.Date(2026, 11, 23, 22, 45, 12, 0, time.UTC), Stream: "err", Text: "\x1b[31mred�"},
		"2026-11-23T22:45:12Z out~ 10%\n":            {Time: time.Date(2026, 11, 23, 22, 45, 12, 0, time.UTC), Stream: "out", Text: "10%", Provisional: true},
		"no stamp at all\n":                          {Text: "no stamp at all"},
		"\n":                                         {},
	} {
		if got := parseLine([]byte(line)); got != want {
			t.Errorf("%q reads as %+v", line, got)
		}
	}
}

func TestLinesAreReadAsWritten(t *testing.T) {
	at := time.Date(2026, 11, 23, 22, 45, 12, 123456000, time.FixedZone("", 3600))
	data := appendLines(nil, at, Err, []byte("one\n\ntwo words\n"))
	if want := "2026-11-23T21:45:12.123456Z err one\n2026-11-23T21:45:12.123456Z err \n2026-11-23T21:45:12.123456Z err two words\n"; string(data) != want {
		t.Errorf("written are %q", data)
	}
	for i, line := range parseLines(data) {
		if want := (Line{Time: at.UTC(), Stream: Err, Text: []string{"one", "", "two words"}[i]}); line != want {
			t.Errorf("read is %+v, want %+v", line, want)
		}
	}
}
