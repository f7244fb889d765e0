//go:build unix

package instance

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/tray"
	"agents-tray/tray/words"
)

// That settings are not kept is told as long as it is so: it once stayed for the whole session.
func TestSettingsAreKeptAgain(t *testing.T) {
	home := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(home, nil, 0o600); err != nil { // where the folder is to be
		t.Fatal(err)
	}
	folders := config.Folders{Config: filepath.Join(home, "agents-tray")}
	problem := folders.SettingsProblem()
	if problem == nil {
		t.Fatal("a file is taken for a folder")
	}
	folders.Unusable = []*config.Unusable{problem}
	messages := shown{}
	i := &Instance{options: Options{Folders: folders}, desktop: &messages, language: words.English, settings: openSettings(folders.Config)}
	told := func() bool {
		return slices.ContainsFunc(i.noticeTexts(words.English), func(n string) bool { return strings.Contains(n, "Settings will not be kept") })
	}
	i.tellUnusable()
	i.Do(tray.Intent{Verb: tray.Notifications})
	if !told() || len(i.notices) != 1 || len(messages) != 1 || !strings.Contains(messages[0].Summary, "Settings will not be kept") {
		t.Errorf("while it is so, the notices are %q and the messages %+v", i.noticeTexts(words.English), messages)
	}
	if err := os.Remove(home); err != nil {
		t.Fatal(err)
	}
	i.Do(tray.Intent{Verb: tray.Notifications})
	if told() || len(messages) != 1 {
		t.Errorf("it is mended, and the notices are %q, the messages %+v", i.noticeTexts(words.English), messages)
	}
}

// After a new login the bus is often where it was before, and the key to the display is not: what was
// clicked in the icon that is back came to nothing.
func TestTheKeyToTheDisplayIsRenewed(t *testing.T) {
	s, _ := begun(t)
	old, present := filepath.Join(t.TempDir(), "old"), filepath.Join(t.TempDir(), "present")
	must(t, os.WriteFile(old, nil, 0o600))
	t.Setenv("DISPLAY", ":0")
	t.Setenv("XAUTHORITY", old)
	for _, want := range []string{old, present} {
		if _, err := s.Open(dashboard, control.OpenRequest{AtLogin: true, Desktop: []string{"DISPLAY=:0", "XAUTHORITY=" + present}}); err != nil {
			t.Fatal(err)
		}
		if got := os.Getenv("XAUTHORITY"); got != want {
			t.Errorf("the key is %s, want %s", got, want)
		}
		_ = os.Remove(old) // the session has ended
	}
}

// A pipe in the place of the settings kept the program from beginning, and from ending, for good.
func TestSettingsThatAreNoFile(t *testing.T) {
	folder := t.TempDir()
	must(t, syscall.Mkfifo(filepath.Join(folder, "tray.json"), 0o600))
	s := openSettings(folder)
	must(t, s.set(func(c *choices) { c.Quiet = true }))
	if !openSettings(folder).get().Quiet {
		t.Error("the choice is not kept")
	}
}
