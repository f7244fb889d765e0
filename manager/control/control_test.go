package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/inspect"
)

// instance is a program that remembers what it was asked, and has neither a menu nor offers.
type instance struct {
	Menus
	Offers
	mu      sync.Mutex
	refused map[string]int // connections of other users, by service
	asked   []string
	phase   manager.Phase
	changed chan struct{}
	log     string
}

func (i *instance) ask(what string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked = append(i.asked, what)
}

func (i *instance) Status() Status {
	i.mu.Lock()
	defer i.mu.Unlock()
	return Status{Version: "v1", PID: 42, Snapshot: manager.Snapshot{Phase: i.phase, Services: []manager.Service{{Name: "chat"}}}}
}
func (i *instance) Changes() (<-chan struct{}, func()) { return i.changed, func() {} }
func (i *instance) Act(service string, action Action) error {
	if service != "chat" {
		return manager.ErrUnknownService(service)
	}
	i.ask(string(action))
	return nil
}
func (i *instance) LogFile(service string) (string, error) { return i.log, nil }
func (i *instance) Usage(context.Context, string) (inspect.Usage, error) {
	i.ask("usage")
	return inspect.Usage{Processes: 1, Memory: 1 << 20}, nil
}
func (i *instance) Open(page string, request OpenRequest) (Opening, error) {
	if page == "late" {
		return Opening{}, manager.ErrShutDown
	}
	i.ask("open " + page)
	return Opening{Title: "Dashboard", Problem: request.Token}, nil
}
func (i *instance) SetWorkflow(w Workflow) error {
	i.ask(fmt.Sprintf("%+v", w))
	return nil
}
func (i *instance) EndWorkflow(source, id string) error {
	i.ask("end " + source + " " + id)
	return nil
}
func (i *instance) RunAgain(source, id string) (string, error) {
	if id == "gone" {
		return "", &Refused{http.StatusNotFound, "nobody knows it", "niemand kennt es"}
	}
	return "again-" + id, nil
}
func (i *instance) Sessions(limit int) ([]PastSession, error) {
	return []PastSession{{ID: "now", Version: fmt.Sprint(limit), Current: true}}, nil
}
func (i *instance) SessionEvents(session string, limit int) ([]SessionEvent, error) {
	if session != "now" {
		return nil, &Refused{Status: http.StatusNotFound, Message: "there was none"}
	}
	return []SessionEvent{{Service: "chat", Kind: "started", PID: limit}}, nil
}
func (i *instance) OtherUsers(service string, count int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.refused == nil {
		i.refused = map[string]int{}
	}
	i.refused[service] += count
}
func (i *instance) Review() *Review { return nil }
func (i *instance) Reviewed()       { i.ask("reviewed") }
func (i *instance) Quit()           { i.ask("quit") }
func (i *instance) StartAll()       { i.ask("start all") }

func serve(t *testing.T, i Instance, folder string) Address {
	t.Helper()
	listener, address, err := Listen(folder)
	if err != nil {
		t.Fatal(err)
	}
	server := Serve(listener, address, i)
	t.Cleanup(server.Close)
	return address
}

func TestServerAndClient(t *testing.T) {
	long := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	must(t, os.Mkdir(long, 0o700))
	for name, folder := range map[string]string{"socket": t.TempDir(), "port, where the path is too long for a socket": long} {
		t.Run(name, func(t *testing.T) {
			i := &instance{phase: manager.PhaseStarting, changed: make(chan struct{}, 1), log: filepath.Join(t.TempDir(), "chat.log")}
			address := serve(t, i, folder)
			client := NewClient(address)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			if status, err := client.Status(ctx); err != nil || status.PID != 42 || status.Services[0].Name != "chat" {
				t.Errorf("status: %+v, %v", status, err)
			}
			for _, call := range []error{
				client.Act(ctx, "chat", Stop), openPage(ctx, client, "dashboard"), client.Reviewed(ctx), client.Quit(ctx), client.StartAll(ctx),
			} {
				if call != nil {
					t.Error(call)
				}
			}
			if got := fmt.Sprint(i.asked); got != "[stop open dashboard reviewed quit start all]" {
				t.Errorf("it was asked %s", got)
			}
			refusals := map[int]error{
				http.StatusNotFound:           client.Act(ctx, "nobody", Start),
				http.StatusServiceUnavailable: openPage(ctx, client, "late"),
			}
			_, refusals[http.StatusBadRequest] = client.Log(ctx, "chat", 0)
			for status, err := range refusals {
				var refused *Refused
				if !errors.As(err, &refused) || refused.Status != status || refused.Message == "" {
					t.Errorf("want status %d: %v", status, err)
				}
			}
			_, err := client.RunAgain(ctx, "chat", "gone")
			if refused, ok := errors.AsType[*Refused](err); !ok || refused.Message != "nobody knows it" || refused.Told != "niemand kennt es" {
				t.Errorf("it refuses with %+v", refused)
			}
			if _, err := client.Review(ctx); err == nil {
				t.Error("a review, where there is none")
			}
		})
	}
}

func TestWatchSeesEachChange(t *testing.T) {
	i := &instance{phase: manager.PhaseStarting, changed: make(chan struct{}, 1)}
	client := NewClient(serve(t, i, t.TempDir()))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var phases []manager.Phase
	err := client.Watch(ctx, func(s Status) {
		if phases = append(phases, s.Phase); s.Phase == manager.PhaseRunning {
			cancel()
			return
		}
		i.mu.Lock()
		i.phase = manager.PhaseRunning
		i.mu.Unlock()
		i.changed <- struct{}{}
	})
	if fmt.Sprint(phases) != "[starting running]" || err == nil {
		t.Errorf("saw %v, %v", phases, err)
	}
}

// A guard that is still ending removes the socket of its own session only.
func TestEachSessionHasASocketOfItsOwn(t *testing.T) {
	folder := t.TempDir()
	var paths []string
	for range 2 {
		listener, address, err := Listen(folder)
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		paths = append(paths, address.Address)
	}
	if paths[0] == paths[1] {
		t.Errorf("both are %s", paths[0])
	}
	left, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(left) != 1 || left[0] != paths[1] {
		t.Errorf("left are %v (%v)", left, err)
	}
}

func TestATokenIsAskedFor(t *testing.T) {
	listener := guardtest.Listen(t)
	address := Address{Network: "tcp", Address: listener.Addr().String(), Token: "secret"}
	server := Serve(listener, address, &instance{})
	defer server.Close()
	if _, err := NewClient(address).Status(t.Context()); err != nil {
		t.Error(err)
	}
	for _, token := range []string{"", "secre", "secret2"} {
		address.Token = token
		var refused *Refused
		if _, err := NewClient(address).Status(t.Context()); !errors.As(err, &refused) || refused.Status != http.StatusUnauthorized {
			t.Errorf("token %q: %v", token, err)
		}
	}
}

func TestAddressFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "control.json")
	want := Address{Network: "tcp", Address: "127.0.0.1:1", Token: "t"}
	for range 2 { // the second replaces the first
		must(t, want.Write(file))
	}
	if got, err := ReadAddress(file); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	for _, text := range []string{"", "{}", `{"network":"carrier pigeon","address":"x"}`, `[`} {
		if _, err := ParseAddress(text); err == nil {
			t.Errorf("%q is taken for an address", text)
		}
	}
}

func openPage(ctx context.Context, client *Client, page string) error {
	opening, err := client.Open(ctx, page, OpenRequest{Token: "the desktop's token"})
	if err == nil && opening != (Opening{Title: "Dashboard", Problem: "the desktop's token"}) {
		err = fmt.Errorf("it was told %+v", opening)
	}
	return err
}

// must ends the test if something that it needs has failed.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
