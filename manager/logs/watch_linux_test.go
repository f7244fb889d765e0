package logs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// inotifies is how many inotify instances this process has.
func inotifies(t *testing.T) (count int) {
	t.Helper()
	descriptors, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range descriptors {
		if target, _ := os.Readlink("/proc/self/fd/" + d.Name()); strings.Contains(target, "inotify") {
			count++
		}
	}
	return count
}

// One link of another site once took 126 of the user's 128 inotify instances.
func TestManyFollowersTakeOneWatcher(t *testing.T) {
	folder := t.TempDir()
	before := inotifies(t)
	ctx, cancel := context.WithCancel(t.Context())
	const followers = 300
	started, got, ended := make(chan int, followers), make(chan int, followers), make(chan error, followers)
	for n := range followers {
		go func() {
			ended <- Follow(ctx, filepath.Join(folder, fmt.Sprintf("%d.log", n%3)), 1, func(lines []Line) error {
				if lines == nil {
					started <- n
				} else {
					got <- n
				}
				return nil
			})
		}()
	}
	for range followers {
		<-started
	}
	if during := inotifies(t); during != before+1 {
		t.Errorf("%d watchers for %d followers", during-before, followers)
	}
	for n := range 3 { // all of each file are told
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.log", n)), []byte("2026-01-02T15:04:05.000Z out a\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for range followers {
		<-got
	}
	cancel()
	for range followers {
		<-ended
	}
	if after := inotifies(t); after != before {
		t.Errorf("%d watchers are left", after-before)
	}
}
