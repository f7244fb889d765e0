package envfile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A pipe without a writer is refused at once, instead of waiting for one, as is a device
// that could be read without end.
func TestAPipeIsNotWaitedFor(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, "/dev/zero"} {
		if _, err := Read(t.Context(), path, nil); err == nil || err.Error() != path+": mistake not-regular" {
			t.Errorf("of %s it says %v", path, err)
		}
	}
}

// Opening a file that another has leased hangs, as on a mount whose server is gone.
func TestAFileThatHangs(t *testing.T) {
	path := write(t, "A=1\n")
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := unix.FcntlInt(file.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = Read(ctx, path, nil)
	if late, ok := errors.AsType[*Error](err); !ok || !errors.Is(err, context.DeadlineExceeded) || late.Path != path || late.Waited <= 0 {
		t.Errorf("it says %v", err)
	}
}
