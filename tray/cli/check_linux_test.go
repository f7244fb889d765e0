package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"agents-tray/manager/spec"
)

// An env_file on a mount that hangs is told, and no other file with it. Opening a file that
// another has leased hangs as that does.
func TestOneEnvFileThatHangsIsToldAlone(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"hangs.env", "fine.env"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("A=1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.OpenFile(filepath.Join(folder, "hangs.env"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := unix.FcntlInt(file.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err = reach(ctx, []spec.ServiceSpec{{Name: "slow", Dir: folder, EnvFile: "hangs.env"}, {Name: "web", Dir: folder, EnvFile: "fine.env"}})
	if told, ok := errors.AsType[*spec.Error](err); !ok || told.Service != "slow" || strings.Contains(err.Error(), "fine.env") {
		t.Errorf("it says %v", err)
	}
}
