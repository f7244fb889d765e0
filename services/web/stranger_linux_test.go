package web_test

import (
	"net/http"
	"strings"
	"testing"

	"agents-tray/manager/peer/peertest"
	"agents-tray/services/web/webtest"
)

// Any other user of the computer once read pages and conversations, and asked with the key.
func TestAnotherUserGetsNothing(t *testing.T) {
	user := peertest.NewUser(t)
	for _, listen := range []string{"127.0.0.1:0", "[::1]:0"} {
		address, _ := webtest.Serve(t, site(), listen)
		for _, path := range []string{"/", "/api/secret", "/api/events", "/nowhere"} {
			status, body := user.Get("http://" + address + path)
			if status != http.StatusForbidden || strings.Contains(body, "secret") || strings.Contains(body, "our page") {
				t.Errorf("%s: %d %s", path, status, body)
			}
			webtest.Contains(t, body, "for the user who runs Configurable Agents only")
		}
		if status, body := user.Get("http://"+address+"/api/secret", "--request", "POST", "--data", "x"); status != http.StatusForbidden {
			t.Errorf("POST: %d %s", status, body)
		}
		if status, body := webtest.Request(t, "GET", "http://"+address+"/api/secret", nil); status != http.StatusOK || body != "secret" {
			t.Errorf("ourselves: %d %s", status, body)
		}
	}
}
