//go:build linux

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"agents-tray/manager/control"
)

// Routes are registered in these folders; those of the control API are under /v1/.
var (
	routeFolders = []string{"../../manager/control", "../../services/web", "../../services/chat", "../../services/dashboard"}
	route        = regexp.MustCompile(`\.Handle(?:Func)?\("([A-Z]+) (/[^"]*)"`)
	wildcard     = regexp.MustCompile(`\{[^}]*\}`)
)

// routes returns every "METHOD /path" that is answered.
func routes(t *testing.T) (list []string) {
	t.Helper()
	for _, folder := range routeFolders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", folder, files, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range route.FindAllSubmatch(source, -1) {
				list = append(list, string(found[1])+" "+strings.ReplaceAll(string(found[2]), "{$}", ""))
			}
		}
	}
	if len(list) < 60 {
		t.Fatalf("only %q: where are the others registered?", list)
	}
	return list
}

// localClient asks the control API, as http://instance.
func localClient(t *testing.T, u *user) (*http.Client, control.Address) {
	t.Helper()
	address, err := u.Address()
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, address.Network, address.Address)
	}}}, address
}

// A GET once took the warning of an unclean end away.
func TestNoGETChangesAnything(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	p := u.launch().ready()
	p.kill(syscall.SIGKILL)
	u.launch().ready()
	local, address := localClient(t, u)
	read(t, http.DefaultClient, u.URL(u.Chat)+"/") // the Chat's file is made by its first use
	for _, service := range []string{"dashboard", "chat"} {
		inRecord(t, u, service, "ready", 1)
	}
	before := stateOf(t, u, address)
	if before.Status.Unclean == nil {
		t.Fatal("the unclean end is not told")
	}
	for _, route := range routes(t) {
		method, route, _ := strings.Cut(route, " ")
		if method != http.MethodGet {
			continue
		}
		for _, value := range []string{"chat", "1", "Quit", "quit"} {
			path := wildcard.ReplaceAllString(route, value)
			if strings.HasPrefix(path, "/v1/") {
				read(t, local, "http://instance"+path)
				continue
			}
			for _, port := range []int{u.Dashboard, u.Chat} {
				read(t, http.DefaultClient, u.URL(port)+path)
				read(t, http.DefaultClient, u.URL(port)+path+"?match=x&count=50&status=failed&conversation=1&all=1&service=chat")
			}
		}
	}
	after := stateOf(t, u, address)
	was, _ := json.Marshal(before.Status)
	is, _ := json.Marshal(after.Status)
	if !bytes.Equal(was, is) {
		t.Errorf("the state was\n%s\nand is\n%s", was, is)
	}
	for name, text := range before.files {
		if after.files[name] != text {
			t.Errorf("%s was changed", name)
		}
	}
	for name := range after.files {
		if _, was := before.files[name]; !was {
			t.Errorf("%s was made", name)
		}
	}
	if len(before.events) == 0 || !bytes.Equal(before.events, after.events) {
		t.Errorf("recorded was\n%s\nand is\n%s", before.events, after.events)
	}
}

// read asks for a page or for the beginning of a stream.
func read(t *testing.T, client *http.Client, url string) {
	t.Helper()
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.Header.Get("Content-Type") == "text/event-stream" {
		_, err = response.Body.Read(make([]byte, 1))
	} else {
		_, err = io.Copy(io.Discard, response.Body)
	}
	if err != nil && err != io.EOF {
		t.Errorf("%s: %v", url, err)
	}
}

type state struct {
	control.Status
	files  map[string]string // what they hold: all but the logs, and the record, which events are of
	events json.RawMessage
}

func stateOf(t *testing.T, u *user, address control.Address) (s state) {
	t.Helper()
	client := control.NewClient(address)
	var err error
	if s.Status, err = client.Status(t.Context()); err != nil {
		t.Fatal(err)
	}
	sessions, err := client.Sessions(t.Context(), 1)
	if err != nil || len(sessions) != 1 {
		t.Fatalf("%v %v", sessions, err)
	}
	events, err := client.SessionEvents(t.Context(), sessions[0].ID, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if s.events, err = json.Marshal(events); err != nil {
		t.Fatal(err)
	}
	s.files = map[string]string{}
	err = filepath.WalkDir(u.Folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || strings.HasSuffix(path, ".log") || strings.HasPrefix(entry.Name(), "session.db") {
			return err
		}
		data, err := os.ReadFile(path)
		s.files[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
