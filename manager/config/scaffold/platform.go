package scaffold

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"agents-tray/manager/disk"
)

// platformProgram is the command of the Python platform.
const platformProgram = "configurable-agents"

// ErrNoPlatform says that the Python platform is not found on this computer.
var ErrNoPlatform = errors.New("the Python platform is not found: there is no command configurable-agents")

// Platform is an installation of the Python platform.
type Platform struct {
	Program string // absolute path of its command
	Dir     string // where it keeps its files, absolute
	EnvFile bool   // there is an .env in Dir
	MLflow  string // absolute path of mlflow; empty: not installed
}

// FindPlatform looks for the platform: in the virtual environments of a folder, in PATH,
// and among the tools of pipx and uv. dir is where it keeps its files, which are relative
// to its working directory. The error wraps ErrNoPlatform and says where it was looked for.
func FindPlatform(dir string) (Platform, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Platform{}, err
	}
	if info, err := os.Stat(dir); err != nil {
		return Platform{}, fmt.Errorf("the folder %s cannot be read: %w", dir, disk.Cause(err))
	} else if !info.IsDir() {
		return Platform{}, fmt.Errorf("%s is not a folder", dir)
	}
	p := Platform{Dir: dir}
	places := environments(dir)
	if _, err := os.Stat(filepath.Join(dir, "pyvenv.cfg")); err == nil { // the environment itself was named
		places, p.Dir = append([]string{dir}, places...), filepath.Dir(dir)
	}
	var programs []string
	for _, place := range places {
		programs = append(programs, filepath.Join(place, binFolder, platformProgram+extension))
	}
	if program, found := find(platformProgram); found {
		programs = append(programs, program)
	}
	var broken error // the first
	for _, program := range programs {
		switch err := unable(program); {
		case err == nil && runnable(program):
			p.Program = program
		case broken == nil:
			broken = err
		}
		if p.Program != "" {
			break
		}
	}
	switch {
	case p.Program == "" && broken != nil:
		return Platform{}, broken
	case p.Program == "":
		return Platform{}, fmt.Errorf("%w in %s, PATH, pipx's tools or uv's. Install it, or name the folder of its .venv: agents-tray init --python DIR", ErrNoPlatform, dir)
	}
	if info, err := os.Stat(filepath.Join(p.Dir, ".env")); err == nil && info.Mode().IsRegular() {
		p.EnvFile = true
	}
	if mlflow := filepath.Join(filepath.Dir(p.Program), "mlflow"+extension); runnable(mlflow) {
		p.MLflow = mlflow
	} else {
		p.MLflow, _ = find("mlflow") // "" if it is not: then it is not offered
	}
	return p, nil
}

var (
	binFolder = map[bool]string{true: "Scripts", false: "bin"}[runtime.GOOS == "windows"]
	extension = map[bool]string{true: ".exe", false: ""}[runtime.GOOS == "windows"]
)

// environments are the virtual environments that the platform may be installed in, those
// of the folder first.
func environments(dir string) []string {
	places := []string{filepath.Join(dir, ".venv"), filepath.Join(dir, "venv")}
	home, err := os.UserHomeDir()
	if err != nil {
		return places
	}
	data := filepath.Join(home, ".local", "share")
	if set := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(set) {
		data = set
	}
	for _, tools := range []string{
		os.Getenv("PIPX_HOME"), filepath.Join(data, "pipx"), filepath.Join(home, ".local", "pipx"), filepath.Join(home, "pipx"),
	} {
		if tools != "" {
			places = append(places, filepath.Join(tools, "venvs", platformProgram))
		}
	}
	for _, tools := range []string{os.Getenv("UV_TOOL_DIR"), filepath.Join(data, "uv", "tools")} {
		if tools != "" {
			places = append(places, filepath.Join(tools, platformProgram))
		}
	}
	return places
}

// runnable reports whether this user can execute the program at an absolute path.
func runnable(path string) bool {
	_, err := exec.LookPath(path)
	return err == nil
}

// unable says why a program that is there cannot run: this user may not execute it, or it is a
// script of a virtual environment whose Python is gone. Nil: it can, or is not there.
func unable(program string) error {
	if _, err := os.Stat(program); errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil
	} else if err != nil {
		return fmt.Errorf("%s cannot be run: %w", program, disk.Cause(err))
	}
	if !runnable(program) {
		return fmt.Errorf("%s cannot be run: %w", program, fs.ErrPermission)
	}
	if python := interpreter(program); python != "" && !runnable(python) {
		return fmt.Errorf("%s cannot be run: its Python, %s, is not there. Make that virtual environment anew", program, python)
	}
	return nil
}

// interpreter is the program that a script names in its first line, or, where its path is too long
// or has spaces, in the second, as Python's installers write it; "" if it names none.
func interpreter(script string) string {
	file, err := os.Open(script)
	if err != nil {
		return ""
	}
	defer file.Close()                                  // only read
	start, _ := io.ReadAll(io.LimitReader(file, 4<<10)) // as far as it can be read
	first, rest, _ := strings.Cut(string(start), "\n")
	line, isScript := strings.CutPrefix(first, "#!")
	if quoted, found := strings.CutPrefix(rest, `'''exec' "`); isScript && found {
		path, _, _ := strings.Cut(quoted, `"`)
		return path
	}
	if fields := strings.Fields(line); isScript && len(fields) > 0 && filepath.IsAbs(fields[0]) {
		return fields[0]
	}
	return ""
}

// unescaped has what a URL of ours escapes stand for itself. The platform's own are read as they are.
var unescaped = strings.NewReplacer("%", "%25", "?", "%3F")

// File is a services file for the platform: its Dashboard and Chat on their usual ports,
// for this computer only, and our own Dashboard beside them.
func (p Platform) File() File {
	database := func(name string) string { return "sqlite:///" + filepath.ToSlash(filepath.Join(p.Dir, name)) }
	env := func(keys []Pair) []Pair {
		if p.EnvFile {
			return append(keys, Pair{Key: "env_file", Value: ".env"})
		}
		return keys
	}
	dashboard := env([]Pair{
		{Key: "title", Value: "Dashboard"},
		{Key: "command", Value: []string{p.Program, "dashboard", "--host", "127.0.0.1", "--port", "7861", "--db-url", database("configurable_agents.db")}},
		{Key: "dir", Value: p.Dir},
	})
	chat := env([]Pair{
		{Key: "title", Value: "Chat"},
		{Key: "command", Value: []string{p.Program, "chat", "--host", "127.0.0.1", "--port", "7860", "--dashboard-url", "http://127.0.0.1:7861"}},
		{Key: "dir", Value: p.Dir},
	})
	if p.MLflow != "" {
		dashboard[1].Value = append(dashboard[1].Value.([]string), "--mlflow-uri", "http://127.0.0.1:5000")
	}
	file := File{
		Comment:     "The Python platform under Configurable Agents.",
		DatabaseURL: unescaped.Replace(database("workflows.db")), // the platform's code reads this one, whatever its --db-url says
		Services: []Service{
			{
				Name: "home", Comments: []string{"The program's own pages: the review of an unexpected end, the history and the logs."},
				Keys: []Pair{{Key: "title", Value: "Home"}, {Key: "builtin", Value: "dashboard"}, {Key: "listen", Value: "127.0.0.1:7859"}},
			},
			{
				Name: "dashboard", Comments: []string{"--host: the platform's own default is every address of this computer, without a password."},
				Keys: append(dashboard,
					Pair{Key: "url", Value: "http://127.0.0.1:7861"},
					Pair{Key: "ready", Value: Pairs{{Key: "http", Value: "/health"}, {Key: "timeout", Value: "120s"}}, Comment: "Python takes its time"},
					Pair{Key: "health", Value: Pairs{{Key: "http", Value: "/health"}}},
					Pair{Key: "stop", Value: Pairs{{Key: "timeout", Value: "2s"}}, Comment: "with a page open, it stops only when it is killed"},
					Pair{Key: "open", Value: true}),
			},
			{
				Name: "chat", Comments: []string{"It needs GOOGLE_API_KEY, in .env for example."},
				Keys: append(chat,
					Pair{Key: "url", Value: "http://127.0.0.1:7860"},
					Pair{Key: "ready", Value: Pairs{{Key: "http", Value: "/"}, {Key: "timeout", Value: "120s"}}},
					Pair{Key: "optional", Value: true},
					Pair{Key: "open", Value: true}),
			},
		},
	}
	if p.MLflow != "" {
		file.Services = append(file.Services, Service{Name: "mlflow", Keys: []Pair{
			{Key: "title", Value: "MLflow"},
			{Key: "command", Value: []string{p.MLflow, "server", "--host", "127.0.0.1", "--port", "5000"}},
			{Key: "dir", Value: p.Dir},
			{Key: "url", Value: "http://127.0.0.1:5000"},
			{Key: "ready", Value: Pairs{{Key: "http", Value: "/health"}, {Key: "timeout", Value: "120s"}}},
			{Key: "optional", Value: true},
			{Key: "open", Value: true},
		}})
	}
	return file
}

// PlatformRuns reports whether a Dashboard of the platform answers on its usual port.
func PlatformRuns(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:7861/health", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	var health struct{ Status, Timestamp string }
	return json.NewDecoder(io.LimitReader(response.Body, 4<<10)).Decode(&health) == nil && health.Status != "" && health.Timestamp != ""
}
