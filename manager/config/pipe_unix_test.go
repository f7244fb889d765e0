//go:build unix

package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A services file that is a pipe is read to its end, and one that nobody writes to is not waited
// for.
func TestAServicesFileThatIsAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "services.yaml")
	must(t, syscall.Mkfifo(path, 0o600))
	if data, err := read(path); err != nil || len(data) != 0 {
		t.Errorf("without a writer it has %q, %v", data, err)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	text := strings.Repeat("# a comment\n", 20_000)
	wrote := make(chan error, 1)
	go func() {
		_, err := writer.WriteString(text)
		wrote <- errors.Join(err, writer.Close())
	}()
	path = fmt.Sprintf("/dev/fd/%d", reader.Fd()) // as a shell's <(command)
	if data, err := read(path); err != nil || string(data) != text {
		t.Errorf("of %d bytes it has read %d, %v", len(text), len(data), err)
	}
	if err := <-wrote; err != nil {
		t.Error(err)
	}
}
