package scaffold

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// procfile writes a Procfile.
func procfile(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "Procfile")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAProcfileIsCarriedOver(t *testing.T) {
	file, left, err := FromProcfile(procfile(t, "\ufeff# the shop\nweb: bundle exec puma -p $PORT\nworker_1:\t./work --queue \"a b\"\r\nrelease: ./migrate\nnonsense\nWEB: again\n"+
		"log: tail -f x.log | grep error\n: empty\nmode: RAILS_ENV=test rake\njava: exec java -jar x.jar\nenv: . ./env.sh\nboth: cd x && ./y\ntime: date +%H:%M {x}\nexport: ./export --EXPORT\n"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []int
	for _, l := range left {
		lines = append(lines, l.Line)
	}
	if want := []int{4, 5, 6, 8}; !slices.Equal(lines, want) {
		t.Errorf("left are %v", left)
	}
	contents := load(t, file)
	for name, want := range map[string][]string{
		"web":      {"sh", "-c", "exec bundle exec puma -p $PORT"},
		"worker_1": {"./work", "--queue", "a b"},
		"log":      {"sh", "-c", "tail -f x.log | grep error"},
		"mode":     {"sh", "-c", "RAILS_ENV=test rake"},
		"java":     {"sh", "-c", "exec java -jar x.jar"},
		"env":      {"sh", "-c", ". ./env.sh"},
		"both":     {"sh", "-c", "cd x && ./y"},
		"time":     {"date", "+%H:%M", "{x}"},
		"export":   {"./export", "--EXPORT"},
	} {
		if got := service(t, contents, name).Command; !slices.Equal(got, want) {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if web := service(t, contents, "web"); !slices.Contains(web.Env, "PORT=5000") || web.URL != "http://127.0.0.1:5000" || web.Ready.TCP != "127.0.0.1:5000" || !web.Open {
		t.Errorf("web is %+v", web)
	}
	if export := service(t, contents, "export"); export.URL != "" || len(export.Env) > 0 {
		t.Errorf("what takes no port has one: %+v", export)
	}
	if own := service(t, contents, "dashboard"); own.Builtin != "dashboard" {
		t.Errorf("our own pages are %+v", own)
	}
}

// A line that no services file can hold is left out with its number, and costs no other.
func TestLinesThatCannotBeCarriedOver(t *testing.T) {
	for line, want := range map[string]string{
		"bad: echo it's":                        "cannot-split",
		"bad: serve --at {port}":                "no-listen",
		strings.Repeat("a", 300) + ": date":     "long-name",
		"bad: echo " + strings.Repeat("x", 2e4): "long-line",
		"-_-: date":                             "not NAME: COMMAND",
		"RELEASE: ./migrate":                    "runs once",
		"good: again":                           "already",
	} {
		file, left, err := FromProcfile(procfile(t, "good: date\n"+line+"\nlast: date\n"))
		if err != nil || len(left) != 1 || left[0].Line != 2 || !strings.Contains(left[0].Why.Error(), want) {
			t.Errorf("%.40s: %v, %v", line, left, err)
			continue
		}
		if contents := load(t, file); len(contents.Services) != 3 {
			t.Errorf("%.40s: the services are %+v", line, contents.Services)
		}
	}
}

// A page is where its command says, or where PORT has it.
func TestThePortOfAProcess(t *testing.T) {
	for command, want := range map[string]string{
		"python manage.py runserver 0.0.0.0:8000":               "http://127.0.0.1:8000",
		"python -m http.server 8001":                            "http://127.0.0.1:8001",
		"gunicorn app:app --bind 0.0.0.0:8002 --timeout 12000":  "http://127.0.0.1:8002",
		"npm start -- --port=8003":                              "http://127.0.0.1:8003",
		"puma -p ${PORT:-3000} -t 5:5":                          "http://127.0.0.1:5000",
		"node server.js --redis redis://127.0.0.1:6379":         "http://127.0.0.1:5000",
		"gunicorn --bind 0.0.0.0:$PORT app --log localhost:514": "http://127.0.0.1:5000",
	} {
		file, left, err := FromProcfile(procfile(t, "web: "+command+"\n"))
		if err != nil {
			t.Errorf("%s: %v, %v", command, left, err)
			continue
		}
		if web := service(t, load(t, file), "web"); web.URL != want {
			t.Errorf("%s is at %s, want %s", command, web.URL, want)
		}
	}
}

// A process may have the name of our own pages.
func TestAProcessCalledDashboard(t *testing.T) {
	file, left, err := FromProcfile(procfile(t, "dashboard: ./dashboard\nhome: ./home\n"))
	if err != nil || len(left) > 0 {
		t.Fatal(left, err)
	}
	contents := load(t, file)
	if got := service(t, contents, "dashboard"); got.Builtin != "" || !slices.Equal(got.Command, []string{"./dashboard"}) {
		t.Errorf("it is %+v", got)
	}
	if own := contents.Services[0]; own.Builtin != "dashboard" || own.Title != "Home" {
		t.Errorf("our own pages are %+v", own)
	}
}

func TestWhatIsNoProcfile(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "\xff\xfew\x00e\x00b\x00:\x00", "\x7fELF\x00\x01: x", strings.Repeat("web: date\n", 1<<17)} {
		if _, left, err := FromProcfile(procfile(t, text)); err == nil || len(left) > 0 {
			t.Errorf("%.20q is taken; left are %v", text, left)
		}
	}
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "missing")} {
		if _, _, err := FromProcfile(path); err == nil {
			t.Errorf("%s is taken", path)
		}
	}
}
