package logs

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A line of which a full disk has taken a part is taken back: the next line once went on in it.
// A limit of the file's size stands for the disk's.
func TestALineThatADiskTakesInPart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.log")
	w, err := NewWriter(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.Write(time.Now(), Out, []byte("before\n"))
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	full := limit
	full.Cur = uint64(info.Size()) + 50
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &full); err != nil { // of this process
		t.Fatal(err)
	}
	w.Write(time.Now(), Out, []byte(strings.Repeat("x", 1000)+"\n"))
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	w.Write(time.Now(), Out, []byte("after\n"))
	if got := texts(t, path, 10); !slices.Equal(got, []string{"before", "lines that are missing here: 1 (file too large)", "after"}) {
		t.Errorf("it shows %q", got)
	}
}
