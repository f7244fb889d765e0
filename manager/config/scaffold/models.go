package scaffold

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// A ModelServer is a server of language models that is installed on this computer.
type ModelServer struct {
	Name    string // "Ollama"
	URL     string
	Health  string // a path at URL that is answered while it runs
	Running bool   // somebody answered there
	Service Service
}

// probeTime is how long a server on this computer may take to answer.
const probeTime = 500 * time.Millisecond

// maxAnswer is how much of its answer is read, in bytes.
const maxAnswer = 1 << 20

// FindModelServers returns the servers that are installed and those that run.
func FindModelServers(ctx context.Context) []ModelServer {
	finders := []func() (ModelServer, bool){ollama, llamaServer, lmStudio}
	all := make([]*ModelServer, len(finders))
	var asked sync.WaitGroup
	for n, look := range finders {
		asked.Go(func() {
			server, installed := look()
			server.Running = server.Answers(ctx)
			if installed || server.Running {
				all[n] = &server
			}
		})
	}
	asked.Wait()
	found := []ModelServer{}
	for _, server := range all {
		if server != nil {
			found = append(found, *server)
		}
	}
	return found
}

// Answers reports whether the server runs, whoever has started it.
func (s ModelServer) Answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+s.Health, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return false
	}
	var said map[string]json.RawMessage // of a version, or a list of models: many programs listen at these ports
	if json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&said) != nil {
		return false
	}
	return said["version"] != nil || said["object"] != nil && said["data"] != nil
}

// Entry is the service for it: started from here, or, if it runs already, only watched, since
// it cannot be started twice.
func (s ModelServer) Entry() Service {
	if !s.Running {
		return s.Service
	}
	return Service{Name: s.Service.Name, Comments: []string{"It is started elsewhere, and only watched here."}, Keys: []Pair{
		{Key: "title", Value: s.Name},
		{Key: "url", Value: s.URL},
		{Key: "health", Value: Pairs{{Key: "http", Value: s.Health}}},
		{Key: "optional", Value: true},
	}}
}

// Program is the absolute path of its command, "" if it only runs.
func (s ModelServer) Program() string {
	for _, pair := range s.Service.Keys {
		if command, ok := pair.Value.([]string); ok && pair.Key == "command" {
			return command[0]
		}
	}
	return ""
}

// find returns the absolute path of a program: in PATH, or in the folders that a program which
// was started from the desktop often does not have in it.
func find(name string, folders ...string) (path string, found bool) {
	if path, err := exec.LookPath(name); err == nil {
		if path, err = filepath.Abs(path); err == nil {
			return path, true
		}
	}
	if runtime.GOOS != "windows" {
		folders = append(folders, "/usr/local/bin", "/opt/homebrew/bin")
	}
	home, _ := os.UserHomeDir() // without one there is no such folder
	for _, folder := range append(folders, filepath.Join(home, ".local", "bin")) {
		if path := filepath.Join(folder, name+extension); filepath.IsAbs(path) && runnable(path) {
			return path, true
		}
	}
	return "", false
}

// OllamaURL is where Ollama listens: at its usual address, or where OLLAMA_HOST says, as it
// reads that itself.
func OllamaURL() string {
	port := "11434"
	scheme, host, found := strings.Cut(strings.TrimSpace(os.Getenv("OLLAMA_HOST")), "://")
	if !found {
		host = scheme
	} else if scheme == "http" {
		port = "80"
	}
	host, _, _ = strings.Cut(host, "/")
	if h, p, err := net.SplitHostPort(host); err == nil {
		host, port = h, cmp.Or(p, port)
	}
	host = strings.Trim(host, "[]")
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// onThisComputer reports whether a URL is of this computer, as far as its name tells.
func onThisComputer(address string) bool {
	parsed, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(parsed.Hostname())
	return parsed.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

func ollama() (ModelServer, bool) {
	s := ModelServer{Name: "Ollama", URL: OllamaURL(), Health: "/api/version"}
	program, found := find("ollama", filepath.Join(os.Getenv("LOCALAPPDATA"), "Programs", "Ollama"), "/Applications/Ollama.app/Contents/Resources")
	keys := []Pair{
		{Key: "title", Value: "Ollama"},
		{Key: "command", Value: []string{program, "serve"}},
	}
	if host := os.Getenv("OLLAMA_HOST"); host != "" {
		keys = append(keys, Pair{Key: "env", Value: Pairs{{Key: "OLLAMA_HOST", Value: host}}})
	}
	s.Service = Service{Name: "ollama", Keys: append(keys,
		Pair{Key: "url", Value: s.URL},
		Pair{Key: "ready", Value: Pairs{{Key: "http", Value: s.Health}}},
		Pair{Key: "optional", Value: true},
	)}
	return s, found && onThisComputer(s.URL)
}

// llamaServer is llama.cpp's, with the newest model in its cache.
func llamaServer() (ModelServer, bool) {
	s := ModelServer{Name: "llama.cpp", URL: "http://127.0.0.1:8080", Health: "/v1/models"}
	program, found := find("llama-server")
	model := newestModel()
	s.Service = Service{Name: "llama", Keys: []Pair{
		{Key: "title", Value: "llama.cpp"},
		{Key: "command", Value: []string{program, "--host", "127.0.0.1", "--port", "8080", "--model", model}},
		{Key: "url", Value: s.URL},
		{Key: "ready", Value: Pairs{{Key: "http", Value: "/health"}, {Key: "timeout", Value: "120s"}}, Comment: "it loads the model first"},
		{Key: "optional", Value: true},
	}}
	return s, found && model != ""
}

// newestModel is the file in llama.cpp's cache that was changed last; empty if it has none.
func newestModel() string {
	cache := os.Getenv("LLAMA_CACHE")
	if cache == "" {
		folder, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		cache = filepath.Join(folder, "llama.cpp")
	}
	models, err := fs.Glob(os.DirFS(cache), "*.gguf")
	if err != nil || len(models) == 0 {
		return ""
	}
	changed := func(name string) time.Time {
		info, err := os.Stat(filepath.Join(cache, name))
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	return filepath.Join(cache, slices.MaxFunc(models, func(a, b string) int { return changed(a).Compare(changed(b)) }))
}

// lmStudio is started by a command that ends when its server runs.
func lmStudio() (ModelServer, bool) {
	s := ModelServer{Name: "LM Studio", URL: "http://127.0.0.1:1234", Health: "/v1/models"}
	home, _ := os.UserHomeDir() // without one there is no such folder
	program, found := find("lms", filepath.Join(home, ".lmstudio", "bin"))
	s.Service = Service{Name: "lm-studio", Comments: []string{"The command ends when LM Studio's server runs; stop that in LM Studio."}, Keys: []Pair{
		{Key: "title", Value: "LM Studio"},
		{Key: "command", Value: []string{program, "server", "start"}},
		{Key: "restart", Value: "never"},
		{Key: "optional", Value: true},
	}}
	return s, found
}
