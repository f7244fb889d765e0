//go:build linux

package harness

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// raceLog is GORACE's value that has the race detector report into files of the folder, and
// leave the exit status and the end alone.
func raceLog(folder string) string {
	return "exitcode=0 atexit_sleep_ms=0 log_path='" + filepath.Join(folder, "race") + "'"
}

// races reports as errors of the test what was written to raceLog's files and is ours.
func (u *User) races() {
	files, err := filepath.Glob(filepath.Join(u.Folder, "race.*"))
	if err != nil {
		u.T.Fatal(err)
	}
	for _, file := range files {
		reports, err := os.ReadFile(file)
		if err != nil {
			u.T.Fatal(err)
		}
		for _, race := range ourRaces(string(reports)) {
			u.T.Error(race)
		}
	}
}

// ourRaces returns the race detector's reports of accesses in our code. The tray
// library and the D-Bus library race with themselves: with the panel's questions about
// what is being set.
func ourRaces(printed string) []string {
	libraries := []string{"fyne.io/systray.", "github.com/godbus/dbus/"}
	var ours []string
	for _, report := range strings.Split(printed, "==================") {
		if !strings.Contains(report, "DATA RACE") {
			continue
		}
		for _, stack := range strings.Split(report, "\n\n")[:2] { // the two accesses
			for frame := range strings.Lines(stack) {
				frame = strings.TrimSpace(frame)
				if slices.ContainsFunc(libraries, func(l string) bool { return strings.HasPrefix(frame, l) }) {
					break
				}
				if strings.HasPrefix(frame, "agents-tray/") || strings.HasPrefix(frame, "main.") {
					ours = append(ours, report)
					break
				}
			}
		}
	}
	return ours
}
