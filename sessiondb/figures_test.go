package sessiondb

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

// BenchmarkRecord prints what the record costs beside one fsync of 4 kB on the same disk,
// as medians of interleaved runs:
//
//	go test -run '^$' -bench . -benchtime 200x ./sessiondb
//
// It works on a file with 10,000 events.
func BenchmarkRecord(b *testing.B) {
	folder := b.TempDir()
	path := filepath.Join(folder, "session.db")
	floor, err := os.Create(filepath.Join(folder, "floor"))
	if err != nil {
		b.Fatal(err)
	}
	defer floor.Close()
	fill(b, path)
	size, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	var fsync, open, event, end []time.Duration
	timed := func(into *[]time.Duration, run func() error) {
		begun := time.Now()
		must(b, run())
		*into = append(*into, time.Since(begun))
	}
	n := 0
	for b.Loop() {
		n++
		timed(&fsync, func() error {
			if _, err := floor.WriteAt(make([]byte, 4096), 0); err != nil {
				return err
			}
			return floor.Sync()
		})
		r := Open(path, Options{})
		r.copied = time.Now() // once a day
		timed(&open, func() error {
			_, err := r.Begin(Session{Mark: fmt.Sprint("session ", n), Version: "v1", Boot: "boot", PID: 1})
			return err
		})
		r.Add(Event{At: time.Now(), Service: "chat", Kind: "started", PID: n})
		timed(&event, r.trySave)
		timed(&end, func() error { return r.End("quit") })
		must(b, r.Close())
	}
	median := func(all []time.Duration) time.Duration { slices.Sort(all); return all[len(all)/2] }
	unit := func(all []time.Duration) float64 { return float64(median(all).Microseconds()) / 1000 }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(unit(fsync), "fsync-ms")
	b.ReportMetric(unit(open), "open+dirty-ms")
	b.ReportMetric(unit(event), "event-ms")
	b.ReportMetric(float64(median(event))/float64(median(fsync)), "event/fsync")
	b.ReportMetric(unit(end), "clean-ms")
	b.ReportMetric(float64(size.Size())/1e6, "file-MB")
}

// fill makes a record with 10,000 events.
func fill(b *testing.B, path string) {
	r := Open(path, Options{})
	begin(b, r, "first")
	for i := range keepEvents {
		r.Add(Event{At: time.Now(), Service: "dashboard", Kind: "restarting", PID: 10_000 + i, Detail: "after 1.5s"})
		if i%1000 == 999 {
			r.flush(b)
		}
	}
	end(b, r, true)
}

// BenchmarkMemory prints what an open record takes of the heap and of the process.
func BenchmarkMemory(b *testing.B) {
	path := filepath.Join(b.TempDir(), "session.db")
	fill(b, path)
	for b.Loop() {
		heap, resident := heapBytes(), residentBytes()
		r := Open(path, Options{})
		begin(b, r, fmt.Sprint(time.Now().UnixNano()))
		r.flush(b)
		b.ReportMetric(float64(heapBytes()-heap)/1e6, "heap-MB")
		b.ReportMetric(float64(residentBytes()-resident)/1e6, "resident-MB")
		end(b, r, true)
	}
	b.ReportMetric(0, "ns/op")
}

func heapBytes() int {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapInuse)
}

// residentBytes is 0 where the system does not tell it as Linux does.
func residentBytes() int {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var total, resident int
	fmt.Sscan(string(text), &total, &resident)
	return resident * os.Getpagesize()
}
