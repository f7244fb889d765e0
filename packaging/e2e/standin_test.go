//go:build linux

package e2e

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"agents-tray/manager/config/scaffold"
)

// standIn makes this process the program that it is called as, if it is one of those that
// withPrograms installs.
func standIn() {
	switch filepath.Base(os.Args[0]) {
	case "ollama":
		serveAsOllama()
	case "configurable-agents":
		serveAsPlatform()
	}
}

// serveAsOllama is "ollama serve": it listens where OLLAMA_HOST says, and has one model, which
// always says the same.
func serveAsOllama() {
	if len(os.Args) != 2 || os.Args[1] != "serve" {
		fmt.Fprintln(os.Stderr, "Usage: ollama serve")
		os.Exit(1)
	}
	answer := func(body any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(body) // whoever has asked is gone
		}
	}
	http.HandleFunc("GET /api/version", answer(map[string]string{"version": "0.6.2"}))
	http.HandleFunc("GET /v1/models", answer(map[string]any{"object": "list", "data": []any{map[string]string{"id": "tiny:latest", "object": "model"}}}))
	http.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Good day\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
	})
	listen(scaffold.OllamaURL()[len("http://"):])
}

// serveAsPlatform is "configurable-agents dashboard" or "chat".
func serveAsPlatform() {
	flags := flag.NewFlagSet("configurable-agents", flag.ExitOnError)
	host, port := flags.String("host", "0.0.0.0", ""), flags.String("port", "", "")
	for _, name := range []string{"db-url", "dashboard-url", "mlflow-uri"} {
		flags.String(name, "", "")
	}
	if len(os.Args) < 2 || os.Args[1] != "dashboard" && os.Args[1] != "chat" {
		fmt.Fprintln(os.Stderr, "Usage: configurable-agents dashboard|chat")
		os.Exit(2)
	}
	_ = flags.Parse(os.Args[2:]) // it exits with an error
	http.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"status": "healthy", "timestamp": %q}`, time.Now().Format(time.RFC3339))
	})
	http.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "<!doctype html><title>The platform's %s</title>", os.Args[1])
	})
	listen(*host + ":" + *port)
}

// listen serves until the process is killed.
func listen(address string) {
	fmt.Println("listening on", address)
	fmt.Fprintln(os.Stderr, http.ListenAndServe(address, nil))
	os.Exit(1)
}
