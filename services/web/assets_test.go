package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestAssetsAreAskedForOnce(t *testing.T) {
	get := func(path, known string) *http.Response {
		t.Helper()
		request := httptest.NewRequest("GET", path, nil)
		if known != "" {
			request.Header.Set("If-None-Match", known)
		}
		w := httptest.NewRecorder()
		Assets().ServeHTTP(w, request)
		return w.Result()
	}
	for path, kind := range map[string]string{
		"/assets/base.css": "text/css; charset=utf-8",
		"/assets/morph.js": "text/javascript; charset=utf-8",
		"/assets/time.js":  "text/javascript; charset=utf-8",
		"/assets/icon.svg": "image/svg+xml",
	} {
		first := get(path, "")
		tag := first.Header.Get("ETag")
		if first.StatusCode != http.StatusOK || first.Header.Get("Content-Type") != kind || tag == "" {
			t.Errorf("%s: %d %v", path, first.StatusCode, first.Header)
		}
		if again := get(path, tag); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s again: %d", path, again.StatusCode)
		}
	}
	for _, path := range []string{"/assets/", "/assets/nothing.css", "/assets/../assets.go", "/assets/."} {
		if answer := get(path, ""); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
	}
}
