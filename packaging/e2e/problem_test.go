//go:build linux

package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"agents-tray/manager/control"
)

// Pages and control API tell what went wrong in the same shape.
func TestEveryErrorHasOneShape(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.launch().ready()
	local, _ := localClient(t, u)
	told := map[string]int{}
	ask := func(client *http.Client, method, url, body string) {
		t.Helper()
		request, err := http.NewRequest(method, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode < 400 {
			return
		}
		var problem struct {
			control.Problem
			Error string // of the control API, for earlier versions
		}
		decoder := json.NewDecoder(response.Body)
		decoder.DisallowUnknownFields()
		err = decoder.Decode(&problem)
		if kind := response.Header.Get("Content-Type"); err != nil || kind != "application/json" || !strings.HasSuffix(problem.What, ".") || strings.HasPrefix(problem.What, " ") {
			t.Errorf("%s %s: %d, %s: %+v, %v", method, url, response.StatusCode, kind, problem, err)
		}
		told[request.URL.Host]++
	}
	for _, route := range append(routes(t), "GET /api/nowhere", "PATCH /api/settings", "GET /v1/nowhere", "PATCH /v1/status") {
		method, route, _ := strings.Cut(route, " ")
		if route == "/v1/quit" || route == "/v1/start" { // they need nothing, and fail at nothing
			continue
		}
		path := wildcard.ReplaceAllString(route, "nobody")
		for _, body := range []string{"", "{", `{"text": "", "title": "", "name": "../x", "address": "ftp://x"}`} {
			switch {
			case strings.HasPrefix(path, "/v1/"):
				ask(local, method, "http://instance"+path, body)
			case strings.HasPrefix(path, "/api/"):
				for _, port := range []int{u.Dashboard, u.Chat} {
					ask(http.DefaultClient, method, u.URL(port)+path, body)
				}
			}
		}
	}
	if len(told) != 3 {
		t.Errorf("there were errors of %v only", told)
	}
}
