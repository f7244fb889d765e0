package logs

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.log")
	if lines, err := Tail(path, 10); err != nil || len(lines) != 0 {
		t.Errorf("of no file: %v, %v", lines, err)
	}
	write := func(file string, from, to int) {
		t.Helper()
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for n := from; n < to; n++ {
			fmt.Fprintf(f, "2026-11-23T22:45:12.123456Z out line %d %s\n", n, strings.Repeat("x", 200))
		}
		if _, err := io.WriteString(f, ""); err != nil {
			t.Fatal(err)
		}
	}
	write(path+".1", 0, 5000)
	write(path, 5000, 6000)
	for _, count := range []int{1, 10, 1000, 1500, 6000} {
		lines, err := Tail(path, count)
		if err != nil || len(lines) != count || !strings.HasPrefix(lines[0].Text, fmt.Sprintf("line %d ", 6000-count)) || !strings.HasPrefix(lines[count-1].Text, "line 5999 ") {
			t.Errorf("%d lines: got %d, %v", count, len(lines), err)
		}
	}
}

// A file is larger than fileSize by what the last write to it held. The search for the
// last lines once stopped at that size, and as many of the newest lines were left out.
func TestTailOfAFileThatIsMoreThanFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.log")
	text := strings.Repeat("x", 1000) + "\n"
	for _, name := range []string{generation(path, 1), path} {
		w, err := NewWriter(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(time.Now(), Out, []byte(strings.Repeat(text, fileSize/len(text))+"the last line\n"))
		w.Close()
	}
	lines, err := Tail(path, fileSize/len(text)+100)
	if err != nil || len(lines) != fileSize/len(text)+100 || lines[len(lines)-1].Text != "the last line" {
		t.Errorf("%d lines, the last %.100q, %v", len(lines), lines[len(lines)-1].Text, err)
	}
}
