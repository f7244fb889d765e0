package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"agents-tray/icons"
)

//go:embed assets
var assets embed.FS

// Assets serves what the pages of all services share, under /assets/: base.css,
// small ES modules, and the application's icon as icon.svg.
func Assets() http.Handler {
	files := Files("/assets/", assets)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/assets/icon.svg" {
			serveFile(w, r, "icon.svg", icons.AppSVG())
			return
		}
		files.ServeHTTP(w, r)
	})
}

// Files serves the embedded folder assets below prefix. A browser may cache the files but
// must revalidate them, so that no page runs the scripts of another version. A file may be
// there compressed, as name.gz, which keeps the program smaller.
func Files(prefix string, assets embed.FS) http.Handler {
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // the name is a constant: cannot fail
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, prefix)
		data, err := fs.ReadFile(files, name)
		if err != nil {
			if data, err = fs.ReadFile(files, name+".gz"); err == nil {
				w.Header().Set("Content-Encoding", "gzip") // every browser takes it
			}
		}
		if err != nil {
			http.NotFound(w, r)
			return
		}
		serveFile(w, r, name, data)
	})
}

func serveFile(w http.ResponseWriter, r *http.Request, name string, data []byte) {
	kind, served := contentTypes[path.Ext(name)]
	if !served {
		http.NotFound(w, r)
		return
	}
	sum := sha256.Sum256(data)
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}

// contentTypes are given here because the system's own can be wrong (a Windows registry
// with .js as text/plain), and with nosniff a browser refuses such a file.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}
