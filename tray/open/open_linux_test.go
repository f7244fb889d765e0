package open

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"agents-tray/tray/traytest"
)

func TestMain(m *testing.M) {
	if IsHelper(os.Args) {
		os.Exit(Main(os.Args))
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else the race detector holds each of these processes for a second
	os.Exit(m.Run())
}

// onlyBrowser has the test's browser alone in PATH, and no BROWSER.
func onlyBrowser(t *testing.T) *traytest.Browser {
	t.Helper()
	b := traytest.FakeBrowser(t)
	t.Setenv("PATH", b.Dir)
	t.Setenv("BROWSER", "")
	return b
}

// What is opened is not in this program's session, so Ctrl-C does not reach it, and has the
// desktop's present permission to come to the front, not one of long ago.
func TestTheBrowserIsOnItsOwn(t *testing.T) {
	b := onlyBrowser(t)
	t.Setenv("XDG_ACTIVATION_TOKEN", "of-long-ago")
	t.Setenv("DESKTOP_STARTUP_ID", "of-long-ago")
	for token, want := range map[string]string{"": "", "now": "nownow"} {
		must(t, Page("http://127.0.0.1:7861/a?b=c#d", Desktop{Token: token}))
		if url := b.Wait(t.Context()); url != "http://127.0.0.1:7861/a?b=c#d" {
			t.Errorf("it opened %s", url)
		}
		commands := b.Commands()
		last := commands[len(commands)-1]
		own, _, errno := syscall.RawSyscall(syscall.SYS_GETSID, 0, 0, 0)
		if errno != 0 || last.Session == int(own) || last.Session == 0 {
			t.Errorf("the browser's session is %d, this one's %d", last.Session, own)
		}
		if last.Token != want {
			t.Errorf("given %q it has the token %q", token, last.Token)
		}
	}
}

// The library does not escape: of such a name the desktop makes another.
func TestAnyNameOfAFileArrives(t *testing.T) {
	b := onlyBrowser(t)
	folder := filepath.Join(t.TempDir(), "Größe & Maß #1 100%25 a?b")
	must(t, File(filepath.Join(folder, "services.yaml"), Desktop{}))
	got := b.Wait(t.Context())
	if want := "/Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F%20%231%20100%2525%20a%3Fb/services.yaml"; !strings.HasPrefix(got, "file:///") || !strings.HasSuffix(got, want) {
		t.Errorf("it opened %s", got)
	}
}

// command puts a program into PATH that writes down what it is called with.
func command(t *testing.T, folder, name, then string) (called func() string) {
	t.Helper()
	log := filepath.Join(folder, name+".log")
	script := "#!/bin/sh\nprintf '%s\\n' \"$*\" >>'" + log + "'\n" + then + "\n"
	must(t, os.WriteFile(filepath.Join(folder, name), []byte(script), 0o755))
	return func() string {
		text, _ := os.ReadFile(log) // none: it was not called
		return string(text)
	}
}

func TestTheUsersChoiceComesFirst(t *testing.T) {
	for list, want := range map[string]struct{ mine, broken, spaced, desktop string }{
		"mine":                     {mine: "http://a/"},
		"mine --new %s -x":         {mine: "--new http://a/ -x"},
		"nosuch:broken:mine":       {mine: "http://a/", broken: "http://a/"},
		"broken":                   {broken: "http://a/", desktop: "http://a/"},
		"nosuch::":                 {desktop: "http://a/"},
		"mine --app=%s:broken":     {mine: "--app=http://a/"},
		"broken %s:nosuch:mine %s": {mine: "http://a/", broken: "http://a/"},
		`mine "%s"`:                {mine: "http://a/"},
		`'mine' --in='a b' %s`:     {mine: "--in=a b http://a/"},
		"mine %s &":                {mine: "http://a/"},
		"mine&:broken":             {mine: "http://a/"},
		"a b:mine":                 {spaced: "http://a/"},
		`"a b" "%s"`:               {spaced: "http://a/"},
	} {
		b := onlyBrowser(t)
		mine, broken, spaced := command(t, b.Dir, "mine", ""), command(t, b.Dir, "broken", "exit 4"), command(t, b.Dir, "a b", "")
		t.Setenv("BROWSER", list)
		if err := Page("http://a/", Desktop{}); err != nil {
			t.Errorf("%q: %v", list, err)
		}
		for what, pair := range map[string][2]string{
			"mine": {mine(), want.mine}, "broken": {broken(), want.broken}, "a b": {spaced(), want.spaced}, "desktop": {strings.Join(b.URLs(), "\n"), want.desktop},
		} {
			if got := strings.TrimSpace(pair[0]); got != pair[1] {
				t.Errorf("with BROWSER=%q, %s was called with %q, want %q", list, what, got, pair[1])
			}
		}
	}
}

func TestNoBrowser(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("BROWSER", "nosuch")
	if err := Page("http://a/", Desktop{}); err != ErrNoBrowser {
		t.Errorf("without one: %v", err)
	}
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	command(t, folder, "xdg-open", "exit 3")
	if err := Page("http://a/", Desktop{}); err != ErrNoProgram {
		t.Errorf("one that finds none: %v", err)
	}
	command(t, folder, "xdg-open", "exit 4")
	var failed *Failed
	if err := Page("http://a/", Desktop{}); !errors.As(err, &failed) || failed.Status != 4 {
		t.Errorf("one that fails: %v", err)
	}
}

// A browser's command may last as long as the browser does.
func TestABrowserThatStays(t *testing.T) {
	b := onlyBrowser(t)
	wait := filepath.Join(b.Dir, "wait")
	must(t, syscall.Mkfifo(wait, 0o600))
	script, err := os.ReadFile(filepath.Join(b.Dir, "xdg-open"))
	if err != nil {
		t.Fatal(err)
	}
	script = append(script, "echo it still can print\nread -r line <'"+wait+"'\necho stayed >>\"$dir/urls\"\nprintf . 1<>\"$dir/bell\"\n"...)
	must(t, os.WriteFile(filepath.Join(b.Dir, "xdg-open"), script, 0o755))
	must(t, Page("http://a/", Desktop{}))
	b.Wait(t.Context())
	// The process that opened it is gone; the browser runs on, and may end when it likes.
	release, err := os.OpenFile(wait, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := release.WriteString("\n"); err != nil {
		t.Fatal(err)
	}
	must(t, release.Close())
	if got := b.Wait(t.Context()); got != "stayed" {
		t.Errorf("it says %q", got)
	}
}

// After a new login the display's number is often that of before, and the key to it another.
func TestTheSameDisplayWithAnotherKey(t *testing.T) {
	t.Setenv("DISPLAY", ":0")
	t.Setenv("WAYLAND_DISPLAY", "")
	t.Setenv("XAUTHORITY", "/tmp/xauth_old")
	for key, want := range map[string][]string{"/tmp/xauth_old": nil, "/tmp/xauth_new": {"DISPLAY=:0", "XAUTHORITY=/tmp/xauth_new"}} {
		if got := (Desktop{Env: []string{"DISPLAY=:0", "XAUTHORITY=" + key}}).Seen(); !slices.Equal(got.Env, want) {
			t.Errorf("with the key %s it is seen as %q", key, got.Env)
		}
	}
}

func TestTheTokenIsTakenOnce(t *testing.T) {
	t.Setenv("XDG_ACTIVATION_TOKEN", "wayland")
	t.Setenv("DESKTOP_STARTUP_ID", "x11")
	if got := []string{Here().Token, Here().Token}; !slices.Equal(got, []string{"wayland", ""}) {
		t.Errorf("taken: %q", got)
	}
	if _, set := os.LookupEnv("DESKTOP_STARTUP_ID"); set {
		t.Error("it is still there for others")
	}
}

// must ends the test if something that it needs has failed.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
