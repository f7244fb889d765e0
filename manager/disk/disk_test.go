package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestProbesLeaveNothing(t *testing.T) {
	folder := t.TempDir()
	if err := Probe(folder, 4096); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	var path *os.PathError
	if err := Probe(filepath.Join(folder, "missing"), 0); !errors.Is(err, fs.ErrNotExist) || errors.As(err, &path) {
		t.Errorf("of a folder that is not there it says %v", err)
	}
}

func TestAFileIsReplacedAsAWhole(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "below")
	file := filepath.Join(folder, "file")
	for _, text := range []string{"old and long", "new"} {
		if err := Replace(file, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != text {
			t.Errorf("it holds %q, %v", got, err)
		}
	}
	taken := filepath.Join(folder, "taken")
	if err := os.MkdirAll(filepath.Join(taken, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if Replace(taken, nil) == nil {
		t.Error("a folder was replaced by a file")
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 2 {
		t.Errorf("it holds %v, %v", left, err)
	}
}
