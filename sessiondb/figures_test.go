package sessiondb

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Open and mark dirty on an existing file, beside one fsync of a small file on the
// same disk:
//
//	go test -run '^$' -bench . ./sessiondb
func BenchmarkOpenAndBegin(b *testing.B) {
	path := filepath.Join(b.TempDir(), "session.db")
	n := 0
	var open, begin time.Duration
	for b.Loop() {
		n++
		start := time.Now()
		r := Open(path, Options{})
		opened := time.Now()
		if _, err := r.Begin(Session{Mark: time.Now().String(), Version: "v1", Boot: "boot", PID: 1}); err != nil {
			b.Fatal(err)
		}
		open += opened.Sub(start)
		begin += time.Since(opened)
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(open.Microseconds())/float64(n), "open-µs")
	b.ReportMetric(float64(begin.Microseconds())/float64(n), "begin-µs")
}

func BenchmarkOneFsync(b *testing.B) {
	file, err := os.Create(filepath.Join(b.TempDir(), "file"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	for b.Loop() {
		if _, err := file.WriteAt(make([]byte, 4096), 0); err != nil {
			b.Fatal(err)
		}
		if err := file.Sync(); err != nil {
			b.Fatal(err)
		}
	}
}
