package logs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// threeFiles writes lines 0 to count-1 into the three files of a log, and returns its path.
func threeFiles(t testing.TB, count int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "chat.log")
	begin := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for n := range Generations {
		var text []byte
		for i := count * n / Generations; i < count*(n+1)/Generations; i++ {
			stream := []string{Out, Err}[i%2]
			text = appendLines(text, begin.Add(time.Duration(i)*time.Millisecond), stream, fmt.Appendf(nil, "line %d\n", i))
		}
		if err := os.WriteFile(generation(path, Generations-1-n), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func textsOf(page Page) string {
	var all []string
	for _, line := range page.Lines {
		all = append(all, strings.TrimPrefix(line.Text, "line "))
	}
	return strings.Join(all, " ")
}

// Both ways lead through all files, each line once.
func TestPagesLeadThroughAllFiles(t *testing.T) {
	for _, count := range []int{0, 1, 2, 10, 7000} {
		path := threeFiles(t, count)
		for _, size := range []int{1, 7, 500} {
			if count > 100 && size < 500 {
				continue
			}
			next := count - 1
			var at Position
			for {
				page, err := Before(t.Context(), path, at, size, nil)
				if err != nil {
					t.Fatal(err)
				}
				if page.End != (at == Position{}) {
					t.Errorf("%d lines: the last page is another", count)
				}
				for i := len(page.Lines) - 1; i >= 0; i-- {
					if want := fmt.Sprintf("line %d", next); page.Lines[i].Text != want {
						t.Fatalf("%d lines by %d: %q is not %q", count, size, page.Lines[i].Text, want)
					}
					next--
				}
				if page.Start {
					break
				}
				at = page.First
			}
			if next != -1 {
				t.Errorf("%d lines by %d: it begins after line %d", count, size, next)
			}
			next, at = 0, Position{}
			for {
				page, err := After(t.Context(), path, at, size, nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, line := range page.Lines {
					if want := fmt.Sprintf("line %d", next); line.Text != want {
						t.Fatalf("%d lines by %d: %q is not %q", count, size, line.Text, want)
					}
					next++
				}
				if page.End {
					break
				}
				at = page.Last
			}
			if next != count {
				t.Errorf("%d lines by %d: it ends before line %d", count, size, next)
			}
		}
	}
}

func TestPagesOfWhatIsWanted(t *testing.T) {
	path := threeFiles(t, 9000)
	wanted := func(line *Line) bool { return line.Stream == Err && strings.HasSuffix(line.Text, "99") }
	page, err := Before(t.Context(), path, Position{}, 3, wanted)
	if err != nil || textsOf(page) != "8799 8899 8999" || page.Start {
		t.Errorf("%s, %v", textsOf(page), err)
	}
	if page, err = Before(t.Context(), path, page.First, 500, wanted); err != nil || len(page.Lines) != 87 || !page.Start {
		t.Errorf("%d lines, %v", len(page.Lines), err)
	}
	if page, err = After(t.Context(), path, Position{}, 2, wanted); err != nil || textsOf(page) != "99 199" || page.End {
		t.Errorf("%s, %v", textsOf(page), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = Before(ctx, path, Position{}, 2, wanted); !errors.Is(err, context.Canceled) {
		t.Error("it goes on for nobody")
	}
}

// A position stays true when the files are rotated, also as the place to follow from.
func TestPositionsOutliveRotation(t *testing.T) {
	path := threeFiles(t, 90)
	page, err := Before(t.Context(), path, Position{}, 10, nil)
	if err != nil {
		t.Fatal(err)
	}
	first, err := ParsePosition(page.First.String())
	if err != nil || first != page.First {
		t.Fatalf("%v, %v", first, err)
	}
	for n := Generations - 1; n > 0; n-- {
		if err := os.Rename(generation(path, n-1), generation(path, n)); err != nil {
			t.Fatal(err)
		}
	}
	w, err := NewWriter(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.Write(time.Now(), Out, []byte("line 90\n"))
	if page, err = After(t.Context(), path, first, 500, nil); err != nil || textsOf(page) != "80 81 82 83 84 85 86 87 88 89 90" {
		t.Errorf("%s, %v", textsOf(page), err)
	}
	if page, err = Before(t.Context(), path, first, 500, nil); err != nil || len(page.Lines) != 50 || page.Lines[0].Text != "line 30" {
		t.Errorf("%s, %v", textsOf(page), err)
	}
	var followed Page
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err = FollowFrom(ctx, path, first, func(lines []Line, next Position) error {
		followed.Lines, followed.Last = append(followed.Lines, lines...), next
		switch len(followed.Lines) {
		case 11:
			w.Write(time.Now(), Err, []byte("line 91\n"))
		case 12:
			return errors.New("enough")
		}
		return nil
	})
	if err.Error() != "enough" || textsOf(followed) != "80 81 82 83 84 85 86 87 88 89 90 91" {
		t.Errorf("%s, %v", textsOf(followed), err)
	}
	if page, err = Before(t.Context(), path, followed.Last, 1, nil); err != nil || textsOf(page) != "91" {
		t.Errorf("%s, %v", textsOf(page), err)
	}
	// What is before a file that is gone is gone, too; what follows it are the oldest lines.
	gone := Position{"2001-01-01T00:00:00.000000Z", 100}
	if page, err = Before(t.Context(), path, gone, 5, nil); err != nil || len(page.Lines) != 0 || !page.Start {
		t.Errorf("%s, %v", textsOf(page), err)
	}
	if page, err = After(t.Context(), path, gone, 1, nil); err != nil || textsOf(page) != "30" {
		t.Errorf("%s, %v", textsOf(page), err)
	}
	err = FollowFrom(ctx, path, gone, func(lines []Line, _ Position) error {
		if lines[0].Stream != Missed {
			t.Errorf("nobody said that lines are missing: %v", lines[0])
		}
		return errors.New("enough")
	})
	if err.Error() != "enough" {
		t.Error(err)
	}
}

// A line that is being written or rewritten, one that is long, and text of another form.
func TestPagesOfOddFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.log")
	stamp := "2026-03-04T05:06:07.000000Z "
	long := strings.Repeat("x", 3*batchSize)
	text := stamp + "out~ 10%\n" + stamp + "out~ 20%\nno form\n" + stamp + "err " + long + "\n" + stamp + "out 100%\n" + stamp + "err~ 1 of 2\n" + stamp + "out unfin"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	page, err := Before(t.Context(), path, Position{}, 100, nil)
	if err != nil || textsOf(page) != "no form "+long+" 100% 1 of 2" {
		t.Errorf("%.200s, %v", textsOf(page), err)
	}
	if page, err = After(t.Context(), path, Position{}, 100, nil); err != nil || textsOf(page) != "no form "+long+" 100%" {
		t.Errorf("%.200s, %v", textsOf(page), err)
	}
	for _, text := range []string{".", "a.b", "!.1", "aaaa.-1", "aaaa", strings.Repeat("a", 100) + ".1"} {
		if at, err := ParsePosition(text); err == nil {
			t.Errorf("%q reads as %v", text, at)
		}
	}
}
