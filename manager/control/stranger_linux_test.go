package control

import (
	"net/http"
	"strings"
	"testing"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/peer/peertest"
)

// Where the control API is at a TCP address, as on Windows, a token alone once let anybody in.
func TestAnotherUserIsRefusedInSpiteOfTheToken(t *testing.T) {
	listener := guardtest.Listen(t)
	address := Address{Network: "tcp", Address: listener.Addr().String(), Token: "secret"}
	i := &instance{}
	server := Serve(listener, address, i)
	user := peertest.NewUser(t)
	for range 3 {
		status, body := user.Get("http://"+address.Address+"/v1/status", "--header", "Authorization: Bearer secret")
		if status != http.StatusForbidden || !strings.Contains(body, `"what":"This address is for the user who runs Configurable Agents only."`) || !strings.Contains(body, `"error":`) {
			t.Errorf("%d %s", status, body)
		}
	}
	if status, err := NewClient(address).Status(t.Context()); err != nil || status.PID != 42 {
		t.Errorf("ourselves: %+v, %v", status, err)
	}
	server.Close()
	if i.refused[""] != 3 {
		t.Errorf("told of %v refused connections", i.refused)
	}
}

func TestTheControlAPIHasLimits(t *testing.T) {
	listener := guardtest.Listen(t)
	address := Address{Network: "tcp", Address: listener.Addr().String()}
	server := Serve(listener, address, &instance{changed: make(chan struct{})})
	defer server.Close()
	request, err := http.NewRequest("GET", "http://"+address.Address+"/v1/status", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Much", strings.Repeat("x", 17<<10))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of 17 kB: %s", response.Status)
	}
	var open []*http.Response
	defer func() {
		for _, r := range open {
			r.Body.Close()
		}
	}()
	for n := range maxStreams {
		r, err := http.Get("http://" + address.Address + "/v1/events")
		if err != nil || r.StatusCode != http.StatusOK {
			t.Fatalf("stream %d: %v %v", n, r, err)
		}
		open = append(open, r)
	}
	more, err := http.Get("http://" + address.Address + "/v1/events")
	if err != nil {
		t.Fatal(err)
	}
	more.Body.Close()
	if more.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one stream more: %s", more.Status)
	}
}
