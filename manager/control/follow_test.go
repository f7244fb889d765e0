package control

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"agents-tray/manager/logs"
)

const patience = 20 * time.Second

// A writer writes numbered lines to a log as the guard does: whole lines, appended; a
// full file is closed, moved one number up, and a new one opened.
type writer struct {
	t    *testing.T
	path string
	full int // bytes after which a file is rotated
	size int
	file *os.File
	n    int // lines written
}

func newWriter(t *testing.T, path string, full int) *writer {
	w := &writer{t: t, path: path, full: full}
	t.Cleanup(func() { w.file.Close() })
	return w
}

// print writes count lines at once.
func (w *writer) print(count int) {
	if w.file != nil && w.size >= w.full {
		w.rotate()
	}
	if w.file == nil {
		w.open()
	}
	var text strings.Builder
	for range count {
		fmt.Fprintf(&text, "2026-11-23T22:45:12.123456Z out %d %s\n", w.n, strings.Repeat("x", 100))
		w.n++
	}
	n, err := w.file.WriteString(text.String())
	if err != nil {
		w.t.Error(err)
	}
	w.size += n
}

func (w *writer) open() {
	var err error
	if w.file, err = os.OpenFile(w.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.size = 0
}

func (w *writer) rotate() {
	w.file.Close()
	_ = os.Rename(w.path+".1", w.path+".2") // missing at first
	_ = os.Rename(w.path, w.path+".1")
	w.open()
}

// A follower follows a log through a server and a client, and checks that lines come in
// order, none twice, and none left out unless it is said.
type follower struct {
	t      *testing.T
	next   int           // number of the line that must come next; -1: any
	missed int           // times that lines were said to be missing
	tail   chan struct{} // closed when the tail is complete
	ended  chan error

	mu      sync.Mutex
	changed chan struct{} // closed when next has changed
}

func follow(t *testing.T, path string, lines, first int, slow func()) *follower {
	t.Helper()
	client := NewClient(serve(t, &instance{log: path}, t.TempDir()))
	ctx, cancel := context.WithCancel(t.Context())
	f := &follower{t: t, next: first, tail: make(chan struct{}), ended: make(chan error, 1), changed: make(chan struct{})}
	go func() {
		f.ended <- client.Follow(ctx, "chat", lines, func(lines []logs.Line) {
			f.see(lines)
			if slow != nil {
				slow()
			}
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-f.ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	})
	return f
}

func (f *follower) see(lines []logs.Line) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(lines) == 0 {
		close(f.tail) // a second one would panic
	}
	for _, line := range lines {
		if line.Stream == logs.Missed {
			f.missed++
			f.next = -1
			continue
		}
		number, _, _ := strings.Cut(line.Text, " ")
		n, err := strconv.Atoi(number)
		if err != nil || f.next >= 0 && n != f.next {
			f.t.Errorf("line %d was to come, but it is %.200q", f.next, line.Text)
		}
		f.next = n + 1
	}
	close(f.changed)
	f.changed = make(chan struct{})
}

// await waits until lines before next have come.
func (f *follower) await(next int) {
	f.t.Helper()
	timeout := time.After(patience)
	for {
		f.mu.Lock()
		now, changed := f.next, f.changed
		f.mu.Unlock()
		if now >= next {
			return
		}
		select {
		case <-changed:
		case <-timeout:
			f.t.Fatalf("of %d lines %d have come", next, now)
		}
	}
}

func TestFollowingGoesOnThroughRotation(t *testing.T) {
	w := newWriter(t, filepath.Join(t.TempDir(), "chat.log"), 100<<10)
	w.print(1000)
	f := follow(t, w.path, 300, 700, nil)
	f.await(1000)
	<-f.tail
	for range 200 {
		w.print(100)
		f.await(w.n - 1000) // less than two files behind: all is still there
	}
	f.await(w.n)
	w.print(1)
	f.await(w.n)
	if f.missed > 0 {
		t.Errorf("lines were said to be missing %d times", f.missed)
	}
}

func TestTheTailReachesBackOverFiles(t *testing.T) {
	w := newWriter(t, filepath.Join(t.TempDir(), "chat.log"), 10<<10)
	for range 30 {
		w.print(10) // the three files that are left hold more than 200 lines
	}
	for _, count := range []int{1, 95, 150} {
		f := follow(t, w.path, count, w.n-count, nil)
		f.await(w.n)
		<-f.tail
	}
	follow(t, w.path, 5000, -1, nil).await(w.n)
}

func TestALogThatComesLater(t *testing.T) {
	w := newWriter(t, filepath.Join(t.TempDir(), "logs", "chat.log"), 1<<20)
	f := follow(t, w.path, 100, 0, nil)
	<-f.tail // there is none, and it says so
	w.print(10)
	f.await(10)
}

func TestALogThatIsCutShortOrRemoved(t *testing.T) {
	w := newWriter(t, filepath.Join(t.TempDir(), "chat.log"), 10<<10)
	for range 10 {
		w.print(50)
	}
	f := follow(t, w.path, 10, w.n-10, nil)
	f.await(w.n)
	must(t, os.Truncate(w.path, 0))
	w.print(20)
	f.await(w.n)
	// The file before it, as old as it is, was once taken for what came after.
	if before, err := os.Stat(w.path + ".1"); err != nil || os.Chtimes(w.path, before.ModTime(), before.ModTime()) != nil {
		t.Fatal("no earlier file", err)
	}
	must(t, os.Remove(w.path))
	for range 20 { // to the file that has no name, then to new ones
		w.print(50)
		f.await(w.n)
	}
	if f.missed > 0 {
		t.Errorf("lines were said to be missing %d times", f.missed)
	}
}

// A line appears when it is whole.
func TestAPartOfALineWaitsForTheRest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.log")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	f := follow(t, path, 10, 0, nil)
	<-f.tail
	for _, part := range []string{"2026-11-23T22:45:12Z out 0 a", "bc\n2026-11-23T22:45:12Z o", "ut 1 def\n"} {
		if _, err := file.WriteString(part); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond) // gives it a chance to be wrong
	}
	f.await(2)
}

// The writer never waits, what a slow reader misses is said, and what is kept for it
// meanwhile is little.
func TestASlowReaderOfAFlood(t *testing.T) {
	w := newWriter(t, filepath.Join(t.TempDir(), "chat.log"), 1<<20)
	w.print(10)
	release := make(chan struct{})
	f := follow(t, w.path, 10, 0, func() { <-release })
	f.await(10)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	begin := time.Now()
	for range 1000 {
		w.print(200)
	}
	took := time.Since(begin)
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("200,000 lines in %v; memory %+d kB", took, (int64(after.HeapAlloc)-int64(before.HeapAlloc))>>10)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("a reader that does not read costs %d kB", grown>>10)
	}
	if took > 10*time.Second {
		t.Errorf("the writer took %v", took)
	}
	close(release)
	f.await(w.n)
	if f.missed == 0 {
		t.Error("nobody said that lines are missing")
	}
}

func TestAReaderThatKeepsUpWithAFlood(t *testing.T) {
	w := newWriter(t, filepath.Join(t.TempDir(), "chat.log"), 4<<20)
	w.print(1)
	f := follow(t, w.path, 10, 0, nil)
	<-f.tail
	for range 100 { // a second of 100,000 lines
		w.print(1000)
		f.await(w.n - 50_000)
	}
	f.await(w.n)
	if f.missed > 0 {
		t.Errorf("lines were said to be missing %d times", f.missed)
	}
}
