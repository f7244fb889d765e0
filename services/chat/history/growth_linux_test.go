package history

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// written is how many bytes this process has written, by the kernel's count.
func written(t *testing.T) (count int) {
	t.Helper()
	data, err := os.ReadFile("/proc/self/io")
	must(t, err)
	_, after, found := strings.Cut(string(data), "wchar: ")
	if _, err := fmt.Sscan(after, &count); !found || err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	return count
}

// An answer of 200 kB once was written as a whole, twice over, each time it had grown.
func TestAGrowingAnswerIsWrittenOnce(t *testing.T) {
	f := file(t, filepath.Join(t.TempDir(), "chat.db"))
	piece := strings.Repeat("word ", 200)
	cost := func(size int) int {
		id := NewID()
		answer, err := f.AddQuestion(id, "?", "tiny", "", &Options{})
		must(t, err)
		before := written(t)
		for range size / len(piece) {
			must(t, f.SaveGrowth(answer.ID, piece, ""))
			answer.Text += piece
		}
		answer.State, answer.Finished = Complete, time.Now()
		must(t, f.SaveAnswer(answer))
		after := written(t)
		messages, err := f.Messages(id)
		must(t, err)
		if messages[1].Text != answer.Text {
			t.Errorf("%d bytes became %d", len(answer.Text), len(messages[1].Text))
		}
		return after - before
	}
	cost(50_000) // makes room in the file
	half, whole := cost(50_000), cost(100_000)
	t.Logf("50 kB in pieces of 1 kB write %d kB, 100 kB %d kB", half/1000, whole/1000)
	if float64(whole) > 2.5*float64(half) {
		t.Errorf("50 kB write %d bytes, 100 kB %d", half, whole)
	}
}
