package logs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// texts are the lines of a log as they are shown.
func texts(t *testing.T, path string, count int) []string {
	t.Helper()
	lines, err := Tail(path, count)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, line := range lines {
		texts = append(texts, Plain(line.Text))
	}
	return texts
}

// newBuffer returns a line buffer that writes to a log, and the log's path.
func newBuffer(t *testing.T, wanted string) (*LineBuffer, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fetch.log")
	w, err := NewWriter(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	isWanted := func(line []byte) bool { return wanted != "" && strings.Contains(string(line), wanted) }
	return &LineBuffer{Log: w, Stream: Err, Seen: func([]byte) {}, Wanted: isWanted}, path
}

// Of a line that rewrites itself the last state is kept, in whatever way it does so and in
// whatever pieces it comes.
func TestALineThatRewritesItself(t *testing.T) {
	for printed, want := range map[string][]string{
		"one\r\ntwo\r\n":                      {"one", "two"},
		"10%\r20%\r100%\ndone\n":              {"100%", "done"},
		"10%\r20%\r100%\r\ndone":              {"100%", "done"},
		"\r10%\r20%\r\x1b[K\ndone\n":          {"20%", "done"},
		"\x1b[1G10%\x1b[K\x1b[1G20%\x1b[K\n":  {"20%"},
		"|\b/\b-\b done\n":                    {" done"},
		"a\rb\r":                              {"b"},
		"start\n10%\r20%\nready on 80\n\r\n":  {"start", "20%", "ready on 80", ""},
		"\x1b[32m10%\x1b[0m\r\x1b[32m20%\x1b": {"20%"},
		"10%\x1b[3D20%\x1b[3D100%\ndone\n":    {"100%", "done"},
		"a\x1b[2Cb\n":                         {"a  b"},
		// Two progress bars below each other, each redrawn in its place, and what came before them and after.
		"start\none 1%\ntwo 1%\n\x1b[2Aone 9%\ntwo 5%\n\x1b[2A\x1b[2K\rone 10%\n\x1b[2K\rtwo 9%\ndone\n": {"start", "one 1%", "two 1%", "one 10%", "two 9%", "done"},
		"\rone 1%\n\rtwo 1%\x1b[A\rone 2%\n\rtwo 2%\x1b[A\rone 3%\n\rtwo 3%\x1b[A\n\ndone\n":             {"one 1%", "one 3%", "two 3%", "done"},
		"a 1\nb 1\x1b[2K\x1b[1A\x1b[2K\x1b[Ga 2\nb 2\x1b[1F\x1b[32ma 3\x1b[0m\x1b[1Eb 3\n":               {"a 1", "a 3", "b 3"},
		"one 1%\n\rtwo 1%\x1b[A\rone 2%\n\r      \r\x1b[A\n\n":                                           {"one 1%", "one 2%"},
		"up\x1bMthere\n": {"there", "up"},
	} {
		for size := 1; size <= len(printed); size++ {
			b, path := newBuffer(t, "")
			for piece := range slices.Chunk([]byte(printed), size) {
				b.Add(piece)
			}
			b.Flush()
			if got := texts(t, path, 100); !slices.Equal(got, want) {
				t.Errorf("%q in pieces of %d is kept as %q, want %q", printed, size, got, want)
			}
		}
	}
}

// A progress bar can be read while it moves, and takes neither more than a line in what is
// shown nor more than one a second in the file.
func TestAProgressBarIsShownWhileItMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, path := newBuffer(t, "")
		b.Add([]byte("Fetching the model\n"))
		for percent := range 100 {
			b.Add(fmt.Appendf(nil, "\r%d%%|%s|", percent, strings.Repeat("#", percent)))
			time.Sleep(100 * time.Millisecond)
			if got := texts(t, path, 100); percent == 20 && (len(got) != 2 || !strings.HasPrefix(got[1], "10%|#")) {
				t.Errorf("at 20 %% it shows %q", got)
			}
		}
		b.Add([]byte("\r100%\ndone\n"))
		if got := texts(t, path, 100); !slices.Equal(got, []string{"Fetching the model", "100%", "done"}) {
			t.Errorf("in the end it shows %q", got)
		}
		if got := texts(t, path, 3); len(got) != 3 || got[0] != "Fetching the model" {
			t.Errorf("the last 3 lines are %q", got)
		}
		data, _ := os.ReadFile(path)
		if lines := strings.Count(string(data), "\n"); lines > 3+10 {
			t.Errorf("the file has %d lines:\n%s", lines, data)
		}
	})
}

// The end of a line is not waited for longer than a second.
func TestALineWithoutAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, path := newBuffer(t, "")
		seen := ""
		b.Seen = func(lines []byte) { seen += string(lines) }
		b.Add([]byte("Serving on 80"))
		if due := b.Due(); !due.Equal(time.Now().Add(showAfter)) {
			t.Errorf("it is due in %v", time.Until(due))
		}
		time.Sleep(showAfter)
		b.ShowDue(time.Now())
		if got := texts(t, path, 10); !slices.Equal(got, []string{"Serving on 80"}) || seen != "Serving on 80\n" || !b.Due().IsZero() {
			t.Errorf("it shows %q, and saw %q", got, seen)
		}
		b.Add([]byte("80\n"))
		if got := texts(t, path, 10); !slices.Equal(got, []string{"Serving on 8080"}) {
			t.Errorf("then it shows %q", got)
		}
	})
}

// What is waited for is kept, though it was rewritten at once.
func TestAStateThatIsWanted(t *testing.T) {
	b, path := newBuffer(t, "ready")
	b.Add([]byte("loading\r50%\rrea"))
	b.Add([]byte("dy on 80\r1 request\r2 requests\r"))
	b.Flush()
	if got := texts(t, path, 10); !slices.Equal(got, []string{"ready on 80", "2 requests"}) {
		t.Errorf("it shows %q", got)
	}
}

// Memory does not grow with a line that does not end.
func TestALineThatDoesNotEnd(t *testing.T) {
	b, _ := newBuffer(t, "")
	for range 1000 {
		b.Add([]byte(strings.Repeat("\r"+strings.Repeat("#", 100), 300)))
		b.Add([]byte(strings.Repeat("x", 100)))
		if len(b.partial) > lineSize {
			t.Fatalf("it holds %d bytes", len(b.partial))
		}
	}
}

// A provisional line gives way to the next of its own stream only.
func TestSettle(t *testing.T) {
	line := func(stream, text string, provisional bool) Line {
		return Line{Stream: stream, Text: text, Provisional: provisional}
	}
	got := Settle([]Line{line(Err, "1", true), line(Out, "a", true), line(Err, "2", true), line(Sys, "s", false), line(Out, "b", false), line(Err, "3", true)})
	want := []Line{line(Sys, "s", false), line(Out, "b", false), line(Err, "3", true)}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// Lines are counted across the blocks in which a file is read, provisional ones not.
func TestTheLastLinesAmongProvisionalOnes(t *testing.T) {
	b, path := newBuffer(t, "")
	for n := range 200 {
		b.Log.Write(time.Now(), Out, fmt.Appendf(nil, "line %d\n", n))
		for range 40 {
			b.Log.writeProvisional(time.Now(), Err, fmt.Appendf(nil, "%d%% %s\n", n, strings.Repeat("#", 50)))
		}
		b.Log.Write(time.Now(), Err, []byte("100%\n"))
	}
	for _, count := range []int{1, 2, 3, 50, 399} {
		if got := texts(t, path, count); len(got) != count || got[len(got)-1] != "100%" || count > 1 && got[len(got)-2] != "line 199" {
			t.Errorf("of %d there are %d: %.100q", count, len(got), got)
		}
	}
}

// Progress bars below each other can be read while they move, all of them, and take no more than a
// line a second: of each move a line came once, a few hundred a minute.
func TestProgressBarsBelowEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, path := newBuffer(t, "")
		b.Add([]byte("one 0%\ntwo 0%\n"))
		for percent := range 100 {
			b.Add(fmt.Appendf(nil, "\x1b[2A\x1b[2K\rone %d%%\n\x1b[2K\rtwo %d%%\n", percent, percent/2))
			time.Sleep(100 * time.Millisecond)
			if got := texts(t, path, 100); percent == 20 && (len(got) != 3 || got[2] != "one 20% | two 10%" && got[2] != "one 10% | two 5%") {
				t.Errorf("at 20 %% it shows %q", got)
			}
		}
		time.Sleep(showAfter)
		if due := b.Due(); due.After(time.Now()) {
			t.Errorf("it is due in %v", time.Until(due))
		}
		b.ShowDue(time.Now())
		if got := texts(t, path, 100); !slices.Equal(got, []string{"one 0%", "two 0%", "one 99%", "two 49%"}) {
			t.Errorf("in the end it shows %q", got)
		}
		b.Add([]byte("done\n"))
		if got := texts(t, path, 100); len(got) != 5 || got[4] != "done" || !b.Due().IsZero() {
			t.Errorf("then it shows %q", got)
		}
		data, _ := os.ReadFile(path)
		if lines := strings.Count(string(data), "\n"); lines > 5+11 {
			t.Errorf("the file has %d lines:\n%s", lines, data)
		}
	})
}

// What is waited for is kept, though the cursor comes back to its line.
func TestAStateThatIsWantedAmongOthers(t *testing.T) {
	b, path := newBuffer(t, "ready")
	b.Add([]byte("web starting\ndb starting\n\x1b[2Aweb ready\ndb starting\n\x1b[2Aweb 1 request\ndb starting\n"))
	b.Flush()
	if got := texts(t, path, 10); !slices.Contains(got, "web ready") {
		t.Errorf("it shows %q", got)
	}
}

// A line that is cut is cut between characters and between codes.
func TestWhereALongLineIsCut(t *testing.T) {
	for _, unit := range []string{"ü", "€", "😀", "\x1b[38;5;200mx"} {
		b, path := newBuffer(t, "")
		text := strings.Repeat(unit, 2*lineSize/len(unit))
		for piece := range slices.Chunk([]byte("."+text), 1000) {
			b.Add(piece)
		}
		b.Flush()
		if got := strings.Join(texts(t, path, 100), ""); got != "."+Plain(text) {
			t.Errorf("%q is kept with %d of %d bytes", unit, len(got), len(Plain(text))+1)
		}
	}
}
