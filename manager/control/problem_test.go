package control

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestErrorsAreProblemsAndKeepTheirOldField(t *testing.T) {
	w := httptest.NewRecorder()
	fail(w, http.StatusConflict, errors.New("the Chat does not run now"))
	var body map[string]string
	must(t, json.Unmarshal(w.Body.Bytes(), &body))
	if len(body) != 2 || body["what"] != "The Chat does not run now." || body["error"] != "the Chat does not run now" {
		t.Errorf("the body is %v", body)
	}
}

// A client may be of a later version than the instance, or of an earlier one.
func TestErrorsOfOtherVersionsAreRead(t *testing.T) {
	for body, want := range map[string]string{
		`{"error": "it is busy"}`:                        "it is busy",
		`{"what": "It is busy."}`:                        "It is busy.",
		`{"what": "It is busy.", "error": "it is busy"}`: "it is busy",
		`<html>`: "409 Conflict",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusConflict)
			_, _ = w.Write([]byte(body))
		}))
		client := NewClient(Address{Network: "tcp", Address: strings.TrimPrefix(server.URL, "http://")})
		var refused *Refused
		if err := client.Quit(t.Context()); !errors.As(err, &refused) || refused.Message != want || refused.Status != http.StatusConflict {
			t.Errorf("%s: %v", body, err)
		}
		server.Close()
	}
}
