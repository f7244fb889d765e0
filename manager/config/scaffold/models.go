package scaffold

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// A ModelServer is a server of language models that is installed on this computer.
type ModelServer struct {
	Name    string // "Ollama"
	URL     string
	Running bool // somebody answers at URL
	Service Service
}

// probeTime is how long a server on this computer may take to answer.
const probeTime = 500 * time.Millisecond

// FindModelServers returns the servers that are installed and those that run.
func FindModelServers(ctx context.Context) []ModelServer {
	found := []ModelServer{}
	for _, find := range []func() (ModelServer, string, bool){ollama, llamaServer, lmStudio} {
		server, path, installed := find()
		server.Running = answers(ctx, server.URL+path)
		if installed || server.Running {
			found = append(found, server)
		}
	}
	return found
}

// answers reports whether a server answers with success.
func answers(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func ollama() (ModelServer, string, bool) {
	s := ModelServer{Name: "Ollama", URL: "http://127.0.0.1:11434"}
	program, err := exec.LookPath("ollama")
	s.Service = Service{Name: "ollama", Keys: []Pair{
		{Key: "title", Value: "Ollama"},
		{Key: "command", Value: []string{program, "serve"}},
		{Key: "url", Value: s.URL},
		{Key: "ready", Value: Pairs{{Key: "http", Value: "/api/version"}}},
		{Key: "optional", Value: true},
	}}
	return s, "/api/version", err == nil
}

// llamaServer is llama.cpp's, with the newest model in its cache.
func llamaServer() (ModelServer, string, bool) {
	s := ModelServer{Name: "llama.cpp", URL: "http://127.0.0.1:8080"}
	program, err := exec.LookPath("llama-server")
	model := newestModel()
	s.Service = Service{Name: "llama", Keys: []Pair{
		{Key: "title", Value: "llama.cpp"},
		{Key: "command", Value: []string{program, "--host", "127.0.0.1", "--port", "8080", "--model", model}},
		{Key: "url", Value: s.URL},
		{Key: "ready", Value: Pairs{{Key: "http", Value: "/health"}, {Key: "timeout", Value: "120s"}}, Comment: "it loads the model first"},
		{Key: "optional", Value: true},
	}}
	return s, "/health", err == nil && model != ""
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
	models, err := filepath.Glob(filepath.Join(cache, "*.gguf"))
	if err != nil || len(models) == 0 {
		return ""
	}
	changed := func(path string) time.Time {
		info, err := os.Stat(path)
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	return slices.MaxFunc(models, func(a, b string) int { return changed(a).Compare(changed(b)) })
}

// lmStudio is started by a command that ends when its server runs.
func lmStudio() (ModelServer, string, bool) {
	s := ModelServer{Name: "LM Studio", URL: "http://127.0.0.1:1234"}
	program, err := exec.LookPath("lms")
	if err != nil {
		home, _ := os.UserHomeDir() // without one there is no such file
		program = filepath.Join(home, ".lmstudio", "bin", "lms"+extension)
		if runnable(program) {
			err = nil
		}
	}
	s.Service = Service{Name: "lm-studio", Comments: []string{"The command ends when LM Studio's server runs; stop that in LM Studio."}, Keys: []Pair{
		{Key: "title", Value: "LM Studio"},
		{Key: "command", Value: []string{program, "server", "start"}},
		{Key: "restart", Value: "never"},
		{Key: "optional", Value: true},
	}}
	return s, "/v1/models", err == nil
}
