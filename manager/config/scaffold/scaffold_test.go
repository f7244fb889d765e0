package scaffold

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"agents-tray/manager/config"
	"agents-tray/manager/spec"
)

// load reads a file as the program does.
func load(t *testing.T, file File) config.Contents {
	t.Helper()
	path := filepath.Join(t.TempDir(), "services.yaml")
	if err := os.WriteFile(path, file.Text(), 0o600); err != nil {
		t.Fatal(err)
	}
	contents, err := config.Load(config.Options{File: path}, config.Folders{State: t.TempDir()})
	if err != nil {
		t.Fatalf("%v\n%s", err, file.Text())
	}
	return contents
}

func service(t *testing.T, contents config.Contents, name string) spec.ServiceSpec {
	t.Helper()
	i := slices.IndexFunc(contents.Services, func(s spec.ServiceSpec) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("there is no service %s", name)
	}
	return contents.Services[i]
}

// install makes an executable file.
func install(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// alone leaves nothing to be found but what a test puts there, and returns the home folder.
func alone(t *testing.T) string {
	home := t.TempDir()
	for name, value := range map[string]string{"HOME": home, "USERPROFILE": home, "PATH": filepath.Join(home, "path"), "XDG_DATA_HOME": "", "PIPX_HOME": "", "UV_TOOL_DIR": "", "OLLAMA_HOST": ""} {
		t.Setenv(name, value)
	}
	return home
}

func TestTheDefaultIsValid(t *testing.T) {
	if got := load(t, Default()); len(got.Services) != 2 {
		t.Errorf("it has %d services", len(got.Services))
	}
}

// The platform is found where people have it, and the file keeps it on this computer.
func TestThePlatformIsFound(t *testing.T) {
	for _, place := range []string{"a project/.venv", "a project/venv", "path", ".local/share/pipx/venvs/configurable-agents", ".local/share/uv/tools/configurable-agents"} {
		t.Run(place, func(t *testing.T) {
			home := alone(t)
			project := filepath.Join(home, "a project")
			if err := os.MkdirAll(project, 0o700); err != nil {
				t.Fatal(err)
			}
			folder := filepath.Join(home, place, binFolder)
			if place == "path" {
				folder = filepath.Join(home, place)
			}
			program := filepath.Join(folder, platformProgram+extension)
			if _, err := FindPlatform(project); err == nil || !strings.Contains(err.Error(), "agents-tray init --python DIR") {
				t.Errorf("without it: %v", err)
			}
			install(t, program)
			install(t, filepath.Join(folder, "mlflow"+extension))
			if err := os.WriteFile(filepath.Join(project, ".env"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			platform, err := FindPlatform(project)
			if err != nil || platform.Program != program || !platform.EnvFile || platform.MLflow == "" {
				t.Fatalf("%+v, %v", platform, err)
			}
			contents := load(t, platform.File())
			if want := "sqlite:///" + filepath.ToSlash(filepath.Join(project, "workflows.db")); contents.Settings.DatabaseURL != want {
				t.Errorf("the record is kept in %s", contents.Settings.DatabaseURL)
			}
			for name, port := range map[string]string{"dashboard": "7861", "chat": "7860", "mlflow": "5000"} {
				s := service(t, contents, name)
				command := strings.Join(s.Command, " ")
				if s.Dir != project || !strings.Contains(command, "--host 127.0.0.1") || !strings.Contains(command, "--port "+port) ||
					s.URL != "http://127.0.0.1:"+port || s.Ready.HTTP == "" || !s.Open {
					t.Errorf("%s is %+v", name, s)
				}
			}
			if s := service(t, contents, "home"); s.Listen != "127.0.0.1:7859" || s.Builtin != "dashboard" {
				t.Errorf("home is %+v", s)
			}
		})
	}
}

func TestModelServersAreFound(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Setenv("PATHEXT", ".exe")
	}
	home := alone(t)
	for _, name := range []string{"path/ollama", "path/llama-server", ".lmstudio/bin/lms"} {
		install(t, filepath.Join(home, name+extension))
	}
	cache := filepath.Join(home, "cache")
	t.Setenv("LLAMA_CACHE", cache)
	install(t, filepath.Join(cache, "small model.gguf"))
	file := Default()
	for _, server := range FindModelServers(t.Context()) {
		if !server.Running { // one of this computer may
			file.Services = append(file.Services, server.Service)
		}
	}
	contents := load(t, file)
	for name, want := range map[string]string{"ollama": "serve", "llama": "small model.gguf", "lm-studio": "server start"} {
		if command := strings.Join(service(t, contents, name).Command, " "); !strings.Contains(command, want) {
			t.Errorf("%s is started by %q", name, command)
		}
	}
}

// One that runs is only watched, wherever it was started; what merely answers is no model server.
func TestARunningModelServerIsWatched(t *testing.T) {
	for answer, runs := range map[string]bool{`{"version": "0.6.2"}`: true, `{"status": "ok"}`: false, "<html>": false} {
		home := alone(t)
		install(t, filepath.Join(home, "path", "ollama"+extension))
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/api/version" {
				http.NotFound(w, r)
				return
			}
			io.WriteString(w, answer)
		}))
		t.Setenv("OLLAMA_HOST", server.URL)
		found := FindModelServers(t.Context())
		server.Close()
		if len(found) == 0 || found[0].Name != "Ollama" || found[0].Running != runs {
			t.Errorf("%s: %+v", answer, found)
			continue
		}
		file := Default()
		file.Services = append(file.Services, found[0].Entry())
		s := service(t, load(t, file), "ollama")
		if s.Watched() != runs || s.URL != server.URL {
			t.Errorf("%s: %+v", answer, s)
		}
		if !runs && (!slices.Contains(s.Env, "OLLAMA_HOST="+server.URL) || s.Command[0] != filepath.Join(home, "path", "ollama"+extension)) {
			t.Errorf("it is started as %+v", s)
		}
	}
}

// Ollama's own reading of OLLAMA_HOST is what it listens at.
func TestWhereOllamaListens(t *testing.T) {
	for host, want := range map[string]string{
		"": "http://127.0.0.1:11434", "127.0.0.1:9000": "http://127.0.0.1:9000", "0.0.0.0": "http://127.0.0.1:11434", "http://0.0.0.0:9000/": "http://127.0.0.1:9000",
		":9000": "http://127.0.0.1:9000", "[::1]:9000": "http://[::1]:9000", "[::]": "http://127.0.0.1:11434", "http://box": "http://box:80", " localhost ": "http://localhost:11434",
	} {
		t.Setenv("OLLAMA_HOST", host)
		if got := OllamaURL(); got != want {
			t.Errorf("%q is %s, want %s", host, got, want)
		}
	}
	home := alone(t)
	install(t, filepath.Join(home, "path", "ollama"+extension))
	t.Setenv("OLLAMA_HOST", "http://another.invalid:9")
	for _, server := range FindModelServers(t.Context()) {
		if server.Name == "Ollama" {
			t.Errorf("another computer's is offered: %+v", server)
		}
	}
}

// What stands in quotes is read back as it was.
func TestTextsAreQuoted(t *testing.T) {
	for _, text := range []string{"", " ", "plain", "/path/to.x", "ü", "a: b", "# no", "yes", "1", "-1", "1e3", "{x}", "[", "'", `"`, `\`, "a\nb", "<&>", "~", "null", "*x", "&x", "!x", "%x", "@x", "`x`", "- x", "? x", "0x1f", ".5", "2024-01-01", "--flag"} {
		file := Default()
		file.Services = append(file.Services, Service{Name: "x", Keys: []Pair{{Key: "command", Value: []string{"program", text}}}})
		if got := service(t, load(t, file), "x").Command; len(got) != 2 || got[1] != text {
			t.Errorf("%q is read as %q", text, got)
		}
	}
}
