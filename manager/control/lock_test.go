package control

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "instance.lock")
	lock, err := TakeLock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := TakeLock(path); !errors.Is(err, ErrRunning) {
		t.Errorf("taken twice: %v", err)
	}
	waiting := make(chan error, 1)
	go func() {
		next, err := TakeLock(path)
		for end := time.Now().Add(10 * time.Second); errors.Is(err, ErrRunning) && time.Now().Before(end); {
			next, err = TakeLock(path)
		}
		if err == nil {
			err = next.Release()
		}
		waiting <- err
	}()
	must(t, lock.Release())
	if err := <-waiting; err != nil {
		t.Errorf("the one who waited: %v", err)
	}
	if _, err := os.Stat(path); runtime.GOOS != "windows" && !errors.Is(err, os.ErrNotExist) { // there the one who waits has it open
		t.Errorf("the file is left (%v)", err)
	}
	must(t, os.WriteFile(path, []byte("stale"), 0o600))
	lock, err = TakeLock(path)
	if err != nil {
		t.Fatalf("a stale file holds the lock: %v", err)
	}
	must(t, lock.Release())
}
