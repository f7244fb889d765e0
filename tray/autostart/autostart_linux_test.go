package autostart

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/adrg/xdg"

	"agents-tray/tray/traytest"
)

// Desktops' own settings switch a program off in its entry.
func TestSwitchedOffElsewhere(t *testing.T) {
	e := Entry{"Configurable Agents", "/usr/bin/agents-tray", nil}
	own(t)
	must(t, e.Enable())
	path := filepath.Join(xdg.ConfigHome, "autostart", "agents-tray.desktop")
	entry, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]bool{
		"[Desktop Action new]\nName=x\nExec=/bin/other": true, "Hidden = true": false,
		"Hidden=true": false, "Hidden=1": false, "Hidden=false": true, "X-MATE-Autostart-enabled=false": false, "X-MATE-Autostart-enabled=true": true, "X-GNOME-Autostart-enabled=false": false, "X-GNOME-Autostart-enabled=true": true, "": true,
	} {
		must(t, os.WriteFile(path, append(entry, line+"\n"...), 0o600))
		if (e.State() == On) != want {
			t.Errorf("with %q it is started: %t", line, !want)
		}
	}
	must(t, os.Remove(path))
	if e.State() != Off {
		t.Error("the entry was removed, and it is started")
	}
}

// The entry has what the command line has, such as the password in a URI: nobody else reads it,
// nor that of an entry which was open before.
func TestNobodyElseReadsTheEntry(t *testing.T) {
	own(t)
	e := Entry{"Configurable Agents", "/usr/bin/agents-tray", []string{"--mlflow-uri", "http://me:secret@mlflow.example:5000"}}
	for _, before := range []string{"", "[Desktop Entry]\n"} {
		if before != "" {
			must(t, errors.Join(os.WriteFile(file(), []byte(before), 0o644), os.Chmod(file(), 0o644)))
		}
		must(t, e.Enable())
		text, err := os.ReadFile(file())
		if err != nil || !strings.Contains(string(text), "secret") {
			t.Errorf("it is %s (%v)", text, err)
		}
		if info, err := os.Stat(file()); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("its mode is %v (%v)", info.Mode(), err)
		}
	}
}

// A word of the command reads the same after the two layers of escaping.
func TestTheCommandIsQuoted(t *testing.T) {
	for argument, want := range map[string]string{
		"/usr/bin/agents-tray": "/usr/bin/agents-tray",
		"a b":                  `"a b"`,
		"100%":                 `"100%%"`,
		`say "$HOME"`:          `"say \\"\\$HOME\\""`,
		`back\slash`:           `"back\\\\slash"`,
		"":                     `""`,
	} {
		if got := quote(argument); got != want {
			t.Errorf("%s is %s, want %s", argument, got, want)
		}
	}
}

// Whatever stands in the entry's place is looked at before each menu: a pipe held all of it up.
func TestAnEntryThatIsNoFile(t *testing.T) {
	own(t)
	must(t, errors.Join(os.MkdirAll(filepath.Dir(file()), 0o700), syscall.Mkfifo(file(), 0o600)))
	e := Entry{Program: "/usr/bin/agents-tray"}
	if e.State() != Off {
		t.Error("a pipe starts something")
	}
	must(t, e.Enable())
	if e.State() != On {
		t.Error("it is not started in the place of a pipe")
	}
}

// The program in an entry is read as it was written, whatever its name.
func TestAnyPathIsReadAgain(t *testing.T) {
	own(t)
	for _, path := range []string{
		"/usr/bin/agents-tray", "/opt/My apps/agents-tray", "/opt/%f/agents-tray", "/opt/a\tb\nc/agents-tray", `/opt/100%/a "b" $c/agents-tray`, `/opt/back\slash/ü\`, "/opt/a`b/x;y",
	} {
		e := Entry{"Configurable Agents", path, []string{"--config", `a "b".yaml`}}
		must(t, e.Enable())
		if e.State() != On {
			t.Errorf("with %s it is another program's", path)
		}
		text, err := os.ReadFile(file())
		if err != nil {
			t.Fatal(err)
		}
		if path == "/usr/bin/agents-tray" && !strings.Contains(string(text), "\nExec=/usr/bin/agents-tray --at-login --config \"a \\\\\"b\\\\\".yaml\"\nTryExec=/usr/bin/agents-tray\n") {
			t.Errorf("it is\n%s", text)
		}
	}
}

// The path by which it is called stays when a package manager replaces what it leads to.
func TestALinkIsTheSameProgram(t *testing.T) {
	own(t)
	folder := t.TempDir()
	program, link := filepath.Join(folder, "agents-tray-1.2"), filepath.Join(folder, "agents-tray")
	must(t, os.WriteFile(program, nil, 0o755))
	must(t, os.Symlink(program, link))
	e := Entry{"Configurable Agents", link, nil}
	must(t, e.Enable())
	if same := (Entry{Program: program}); same.State() != On {
		t.Error("the file itself is another program than the link to it")
	}
	must(t, os.Rename(program, program+"-moved"))
	if moved := (Entry{Program: program + "-moved"}); moved.State() != Another {
		t.Error("of a program that was moved nothing is said")
	}
	before := os.Args[0]
	defer func() { os.Args[0] = before }()
	os.Args[0] = link
	if got := lasting(program + "-moved"); got != program+"-moved" {
		t.Errorf("a link that leads nowhere is taken: %s", got)
	}
	must(t, os.Rename(program+"-moved", program))
	if got := lasting(program); got != link {
		t.Errorf("it is started as %s", got)
	}
}

// Other programs write entries, too: with spaces around the sign, or with the program's name alone.
func TestAnEntryOfAnotherHand(t *testing.T) {
	own(t)
	folder := t.TempDir()
	program := filepath.Join(folder, "agents-tray")
	if err := errors.Join(os.WriteFile(program, []byte("#!/bin/sh\n"), 0o700), os.MkdirAll(filepath.Dir(file()), 0o700)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder)
	e := Entry{Program: program}
	for line, want := range map[string]State{
		"Exec=agents-tray --at-login": On, "Exec = " + program: On, `Exec="` + program + `" --no-chat`: On,
		"Exec=env GOOGLE_API_KEY=x \"A=b c\" " + program + " --at-login": On, "Exec=env A=b other": Another,
		"Exec=other": Another, "Exec=": Off, "": Off, "TryExec=" + program: Off,
	} {
		if err := os.WriteFile(file(), []byte("[Desktop Entry]\nType=Application\nName=x\n"+line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := e.State(); got != want {
			t.Errorf("with %q it is %v", line, got)
		}
	}
}

// A desktop starts what the entry names, with its arguments, whatever is in a path: a percent sign
// in that of the program once kept GLib and systemd from starting it.
func TestADesktopStartsAnyPath(t *testing.T) {
	gio, validate := traytest.Need(t, "gio"), traytest.Need(t, "desktop-file-validate")
	for _, name := range []string{"plain", "a b", "100%", "%f", "a%%b", "a'b", `a"b`, "a$HOME", "a`b", `a\b`, `a\$b`, `\n`, "Büro ß", "a;b&c|d", "a(b)#~*?<>", "a=b", "a\tb", "a\nb", " a "} {
		own(t)
		folder := filepath.Join(t.TempDir(), name)
		program, said := filepath.Join(folder, "agents-tray"), filepath.Join(folder, "said")
		script := "#!/bin/sh\nprintf '%s\\0' \"$0\" \"$@\" > \"$(dirname \"$0\")/said\"\n"
		if err := errors.Join(os.Mkdir(folder, 0o700), os.WriteFile(program, []byte(script), 0o700), syscall.Mkfifo(said, 0o600)); err != nil {
			t.Fatal(err)
		}
		e := Entry{"Configurable Agents", program, []string{"--config", filepath.Join(folder, "services.yaml"), "--mlflow-uri", "http://u:p%41@x/?a=b&c=d#e"}}
		if err := e.Enable(); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(validate, file()).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%q: %s", name, out)
		}
		launch := exec.Command(gio, "launch", file())
		launch.Stderr = os.Stderr // no pipe, which the program would hold open
		if err := launch.Run(); err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		got, err := os.ReadFile(said) // waits for the program
		if want := strings.Join(append([]string{program}, e.arguments()...), "\x00") + "\x00"; err != nil || string(got) != want {
			t.Errorf("%q: it is started as %q (%v)", name, got, err)
		}
		if e.State() != On {
			t.Errorf("%q: it is another program's", name)
		}
	}
}
