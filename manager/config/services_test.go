package config

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"agents-tray/manager/spec"
	"agents-tray/manager/words"
)

var update = flag.Bool("update", false, "write what is said of testdata/bad into its .txt files")

// installed makes stubsvc, or programs of other names, the only ones in PATH.
func installed(t testing.TB, names ...string) {
	t.Helper()
	folder := t.TempDir()
	if len(names) == 0 {
		names = []string{"stubsvc"}
	}
	for _, name := range names {
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", folder)
	t.Setenv("HOME", filepath.Join(folder, "home"))
	t.Setenv("USERPROFILE", filepath.Join(folder, "home"))
}

// missing reports programs that are not there, of services without an environment of their own.
func missing(specs []spec.ServiceSpec) error {
	return spec.Missing(specs, func(program string, _ []string) (string, error) { return exec.LookPath(program) })
}

// placeholder is what stands for a value, and should not be seen.
var placeholder = regexp.MustCompile(`\{(text|list|detail|path|name|what|found|meant|service|port|most|least|program|address|host|why|instead|word|line|builtin|length)\}`)

// What is said of a bad file in English stands beside it; every language has its sentences.
func TestBadFiles(t *testing.T) {
	installed(t)
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			specs, err := Check(Options{File: filepath.ToSlash(file)}, Folders{State: "/state"}, missing)
			if err == nil {
				t.Fatalf("it was taken for %+v", specs)
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			english := said(err) + "\n"
			german := Explain(err, words.German) + "\n"
			if strings.Count(german, "\n") < strings.Count(english, "\n") || german == english || placeholder.MatchString(english+german) {
				t.Errorf("in German it says\n%s", german)
			}
			if *update {
				if err := os.WriteFile(golden, []byte(english), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if english != string(want) {
				t.Errorf("it says\n%s\ninstead of\n%s", english, want)
			}
		})
	}
}

// write makes a services file in a folder of its own.
func write(t testing.TB, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "services.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// many is a services file with so many services, of which a line has its number and that of the next.
func many(count int, line string) string {
	text := "services:\n"
	for n := range count {
		if strings.Count(line, "%d") == 1 {
			text += fmt.Sprintf(line, n)
		} else {
			text += fmt.Sprintf(line, n, (n+1)%count)
		}
	}
	return text
}

// Files that no editor shows well are made here.
func TestWhatIsNoServicesFile(t *testing.T) {
	for name, test := range map[string]struct{ text, place, want string }{
		"Latin-1":                 {"services:\n  # \xe9t\xe9\n", ":2:5: ", "not UTF-8"},
		"UTF-16":                  {"\xff\xfes\x00", ":1:1: ", "not UTF-8"},
		"a long line":             {"a: 1\n# " + strings.Repeat("x", 20_000), ":2:1: ", "longer than 10,000 characters"},
		"deep":                    {"a: " + strings.Repeat("[", 21), ":1:24: ", "nested deeper than 20"},
		"deep, braces":            {strings.Repeat("{a: ", 5_000), "", "longer than 10,000"},
		"large":                   {strings.Repeat("# x\n", 300_000), "", "larger than 1 MB"},
		"a long name":             {"services:\n  ok: {command: stubsvc}\n  " + strings.Repeat("a", spec.MaxName+1) + ": {command: stubsvc}\n", ":3:3: ", "this name has 250 bytes: use at most 249"},
		"a long key":              {"services:\n  a:\n    " + strings.Repeat("k", 9_000) + ": 1\n", ":3:5: ", "there is no such key"},
		"UTF-16 without its mark": {"s\x00e\x00r\x00", ":1:2: ", "not UTF-8"},
		"a circle of many":        {many(500, "  s%d: {command: stubsvc, depends_on: [s%d]}\n"), ":2:", "s0 → s1 → s2"},
		"a dependency on nobody":  {many(500, "  s%d: {command: stubsvc, optional: true}\n") + "  x: {command: stubsvc, depends_on: [y]}\n", ":502:", "there is no service \"y\"; there are s0, s1"},
		"NUL":                     {"services: {a: {command: stubsvc, title: \"a\\0\"}}", ":1:41: ", "NUL"},
		"NUL in a key":            {"services: {a: {command: stubsvc, env: {\"a\\0\": b}}}", ":1:40: ", "a key"},
		"a carriage":              {"services:\r\n  a: {command: stubsvc, opne: true}\r\n", ":2:25: ", "did you mean open?"},
		"a mark first":            {"\ufeffservices: {a: {command: stubsvc, opne: true}}", ":1:34: ", "did you mean open?"},
	} {
		t.Run(name, func(t *testing.T) {
			installed(t)
			_, err := Services(Options{File: write(t, test.text)}, Folders{})
			if err == nil {
				t.Fatal("it was taken")
			}
			text := said(err)
			if !strings.Contains(text, test.want) || !strings.Contains(text, test.place) || len(text) > 1000 {
				t.Errorf("it says %s", text)
			}
		})
	}
}

func TestAFullFile(t *testing.T) {
	installed(t)
	folder, err := filepath.Abs("testdata/good")
	if err != nil {
		t.Fatal(err)
	}
	want := []spec.ServiceSpec{{
		Name:     "db",
		Command:  []string{"./db server", "--data", "a b", "c d"},
		Dir:      filepath.Join(folder, "data"),
		Restart:  spec.Restart{Policy: spec.RestartNever},
		Optional: true,
	}, {
		Name: "web", Title: "Web",
		Command: []string{"stubsvc", "-port", "9000", "{fd}"},
		Dir:     folder,
		Env:     []string{"KEY=value", "NUMBER=0x10", "EMPTY=", "TEXT=a=b"},
		EnvFile: filepath.Join(folder, ".env"),
		Listen:  "127.0.0.1:9000", URL: "http://127.0.0.1:9000/start",
		Ready:       spec.Ready{Check: spec.Check{HTTP: "/healthz", Status: 204, Body: "o.?k"}, Timeout: 90 * time.Second},
		Health:      spec.Health{Check: spec.Check{TCP: "127.0.0.1:9000"}, Interval: 10 * time.Second, Timeout: 500 * time.Millisecond, Failures: 2},
		Restart:     spec.Restart{Policy: spec.RestartOnFailure, MaxDelay: time.Minute, GiveUp: 3, Window: 2 * time.Minute, GoodRun: 5 * time.Second},
		DependsOn:   map[string]spec.Condition{"db": spec.ConditionCompleted, "dash": spec.ConditionStarted},
		StopSignal:  "INT",
		StopTimeout: 3 * time.Second,
		Open:        true,
	}, {
		Name: "dash", Title: "Overview", Builtin: "dashboard",
		Command: []string{"agents-tray", "serve", "dashboard", "--listen", "{listen}", "--title=Overview"},
		Env:     []string{"A=b"},
		Listen:  "127.0.0.1:9001", URL: "http://127.0.0.1:9001",
		Ready:      spec.Ready{Check: spec.Check{HTTP: "/healthz"}},
		Health:     spec.Health{Check: spec.Check{HTTP: "/healthz"}},
		Restart:    spec.Restart{GiveUp: -1},
		StopSignal: "HUP",
	}, {
		Name: "talk", Title: "Chat", Builtin: "chat",
		Command: []string{"agents-tray", "serve", "chat", "--listen", "{listen}",
			"--database", filepath.Join("/state", "chat.db"), "--dashboard", "http://127.0.0.1:9001"},
		Listen: "127.0.0.1:7860", URL: "http://127.0.0.1:7860",
		Ready:     spec.Ready{Check: spec.Check{HTTP: "/healthz"}},
		DependsOn: map[string]spec.Condition{"dash": spec.ConditionReady},
		Optional:  true,
		Open:      true,
	}}
	specs, err := Services(Options{File: "testdata/good/full.yaml"}, Folders{State: "/state"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range max(len(specs), len(want)) {
		if i >= len(specs) || i >= len(want) || !reflect.DeepEqual(specs[i], want[i]) {
			t.Errorf("service %d is\n%+v\ninstead of\n%+v", i, specs[i:], want[i:])
		}
	}
}

// What an empty file is answered with can be used. packaging/manual tries what the manual
// and the README show.
func TestTheExample(t *testing.T) {
	installed(t, "python3")
	specs, err := Services(Options{File: write(t, Example)}, Folders{})
	if err != nil {
		t.Fatal(err)
	}
	if web := specs[0]; web.URL != "http://127.0.0.1:9000" || !web.Open {
		t.Errorf("%+v", web)
	}
}

func TestTheHomeFolder(t *testing.T) {
	installed(t)
	home := os.Getenv("HOME")
	file := write(t, "services: {a: {command: ~/bin/a -x ~/y, dir: '~', env_file: ~/a.env, optional: true}, b: {command: [~b], optional: true}}")
	specs, err := Services(Options{File: file}, Folders{})
	if err != nil {
		t.Fatal(err)
	}
	a, b := specs[0], specs[1]
	if a.Dir != home || a.EnvFile != filepath.Join(home, "a.env") || !slices.Equal(a.Command, []string{filepath.Join(home, "bin", "a"), "-x", "~/y"}) {
		t.Errorf("%+v", a)
	}
	if b.Dir != filepath.Dir(file) || b.Command[0] != "~b" {
		t.Errorf("%+v", b)
	}
}

// What only comes of another mistake waits until that is corrected.
func TestWhatComesOfAMistakeIsNotOneMore(t *testing.T) {
	installed(t)
	for text, keys := range map[string]string{
		"{comand: stubsvc}":                                          "comand",
		"{builtin: dashbord}":                                        "builtin",
		"{command: stubsvc, url: [x], ready: {http: /}}":             "url",
		"{command: stubsvc, ready: {http: [x], status: 200}}":        "ready.http",
		"{command: stubsvc, ready: {htp: /, status: 200}}":           "ready.htp",
		"{command: stubsvc, restart: {policy: x}, depends_on: [a]}":  "restart.policy, depends_on.a",
		"{command: stubsvc, restart: x, depends_on: {a: completed}}": "restart, depends_on.a",
		"{command: stubsvc, depends_on: [a.b, [x], c]}":              "depends_on, depends_on.c",
		"{command: stubsvd, command: stubsvc}":                       "command, command",
		"{colour: blue, stop: {signal: X}}":                          "colour, stop.signal",
	} {
		_, err := Check(Options{File: write(t, "services:\n  a.b: {command: stubsvc}\n  a: "+text)}, Folders{}, missing)
		var wrong *Mistakes
		if !errors.As(err, &wrong) {
			t.Fatalf("%s: %v", text, err)
		}
		var found []string
		for _, fault := range wrong.Faults[1:] {
			found = append(found, strings.TrimPrefix(fault.Key, "services.a."))
		}
		if got := strings.Join(found, ", "); got != keys {
			t.Errorf("%s: it tells of %s\n%v", text, got, err)
		}
	}
}

// Nobody reads a thousand mistakes, but all are counted.
func TestMoreMistakesThanAnybodyReads(t *testing.T) {
	var text strings.Builder
	text.WriteString("services:\n")
	for i := range maxFaults + 3 {
		fmt.Fprintf(&text, "  s%d: {comand: stubsvc}\n", i)
	}
	_, err := Services(Options{File: write(t, text.String())}, Folders{})
	var wrong *Mistakes
	if !errors.As(err, &wrong) || len(wrong.Faults) != maxFaults+3 || strings.Count(said(err), "there is no such key") != maxFaults || !strings.HasSuffix(said(err), "more mistakes: 3") {
		t.Errorf("%v", err)
	}
}

// A command without a folder is looked up in PATH, one with a folder in dir.
func TestACommandBesideTheFile(t *testing.T) {
	installed(t)
	file := write(t, "services: {web: {command: bin/stub.exe}}")
	var fault *Fault
	if _, err := Check(Options{File: file}, Folders{}, missing); !errors.Is(err, fs.ErrNotExist) || !errors.As(err, &fault) || fault.Key != "services.web.command" {
		t.Errorf("it is not there: %v", err)
	}
	program := filepath.Join(filepath.Dir(file), "bin", "stub.exe")
	if _, err := Services(Options{File: file}, Folders{}); err != nil {
		t.Errorf("it is asked for before it is started: %v", err)
	}
	if err := errors.Join(os.Mkdir(filepath.Dir(program), 0o700), os.WriteFile(program, nil, 0o700)); err != nil {
		t.Fatal(err)
	}
	if _, err := Check(Options{File: file}, Folders{}, missing); err != nil {
		t.Error(err)
	}
}

func TestSplit(t *testing.T) {
	for line, want := range map[string][]string{
		"":                             nil,
		"  a  b ":                      {"a", "b"},
		"a 'b c' \"d e\"f'g'":          {"a", "b c", "d ef" + "g"},
		`a b\ c \"d \\`:                {"a", "b c", `"d`, `\`},
		`"a\b" "\$x" "\"" "\\" '\'`:    {`a\b`, "$x", `"`, `\`, `\`},
		`a "" ''`:                      {"a", "", ""},
		"a --x={port} {fd} {listen}":   {"a", "--x={port}", "{fd}", "{listen}"},
		"a * ~ b# # c":                 {"a", "*", "~", "b#"},
		"a \\\n b\nc":                  {"a", "b", "c"},
		"a $${b} x$${c}":               {"a", "${b}", "x${c}"},
		`a "$${b}" '$${c}'`:            {"a", "${b}", "$${c}"},
		"A=b c=d ! if then":            {"A=b", "c=d", "!", "if", "then"},
		"sh -c 'echo $HOME | cat > x'": {"sh", "-c", "echo $HOME | cat > x"},
	} {
		if got, err := split(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", line, got, err)
		}
	}
	for _, line := range []string{"a 'b", `a "b`, `a "b\"`, "a $b", "a ${b}", "a $(b)", "a `b`", "a | b", "a; b", "a & b", "a > b", "(a)", "a $((1))", `a "$b"`, "a $$", "a $$b", "a $1", "a $@", "a ${b-c}"} {
		if got, err := split(line); err == nil {
			t.Errorf("%s: %q", line, got)
		}
	}
}

// A directive is no document.
func TestAFileThatSaysItsVersion(t *testing.T) {
	installed(t)
	specs, err := Services(Options{File: write(t, "%YAML 1.2\n---\nservices: {a: {command: stubsvc}}\n...\n")}, Folders{})
	if err != nil || len(specs) != 1 {
		t.Errorf("%+v, %v", specs, err)
	}
}
