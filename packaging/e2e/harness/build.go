//go:build linux

package harness

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"syscall"
	"testing"

	"agents-tray/manager/guard"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/services/web/webtest"
	"agents-tray/tray/traytest"
)

// Main runs the tests of a package, for its TestMain, and returns the exit status.
func Main(m *testing.M) int {
	traytest.Main()
	guardtest.Main(guard.Main)
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // else programs ignore it where these tests do
	status := m.Run()
	webtest.Stop()
	if folder, err := builds(); err == nil {
		os.RemoveAll(folder)
	}
	return status
}

// builds is the folder of what is built here; Main removes it.
var builds = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "agents-tray-test-*") })

// tested builds the program once, with the race detector if the tests have it.
var tested = sync.OnceValues(func() (string, error) {
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		return build("tested", "agents-tray", "-race")
	}
	return build("tested", "agents-tray")
})

// Shipped builds a command of this module as releases are built, and returns its path.
func Shipped(importPath string) (string, error) {
	return build("shipped", importPath, "-trimpath", "-ldflags=-s -w", "-tags=nethttpomithttp2")
}

func build(kind, importPath string, flags ...string) (string, error) {
	folder, err := builds()
	if err != nil {
		return "", err
	}
	program := filepath.Join(folder, kind, filepath.Base(importPath))
	build := exec.Command("go", append(append([]string{"build", "-o", program}, flags...), importPath)...)
	if kind == "shipped" {
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
	}
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %w\n%s", build, err, out)
	}
	return program, nil
}
