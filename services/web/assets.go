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
)

//go:embed assets
var assets embed.FS

// Assets serves what the pages of all services share, under /assets/: base.css,
// icon.svg and small ES modules.
func Assets() http.Handler { return Files("/assets/", sub(assets, "assets")) }

// Files serves the files of an embedded file system below prefix. A browser may
// keep them but asks each time whether they are still the same, so a page never
// meets the scripts of another version.
func Files(prefix string, files fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, prefix)
		kind, served := contentTypes[path.Ext(name)]
		data, err := fs.ReadFile(files, name)
		if !served || err != nil {
			http.NotFound(w, r)
			return
		}
		sum := sha256.Sum256(data)
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
	})
}

// contentTypes are spelled out because the system's own table can be wrong (a
// Windows registry that calls .js text/plain) and pages are sent with nosniff.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

func sub(files fs.FS, folder string) fs.FS {
	below, err := fs.Sub(files, folder)
	if err != nil {
		panic(err) // the name is a constant: cannot fail
	}
	return below
}
