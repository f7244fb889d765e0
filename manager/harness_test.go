//go:build linux

package manager

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/spec"
)

func TestMain(m *testing.M) {
	guardtest.Main(guard.Main)
	os.Exit(m.Run())
}

const patience = 20 * time.Second

// newManager returns a manager with a real guard. When the test ends everything is
// shut down and nothing may be left.
func newManager(t testing.TB, specs ...spec.ServiceSpec) *Manager {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	mark := strings.ReplaceAll(t.Name(), "/", "-") + fmt.Sprint(time.Now().UnixNano())
	m := New(Options{
		Guard:     guard.Program{Path: self, Args: []string{"guard", "guard"}, Mark: mark},
		LogFolder: t.TempDir(),
		Journals:  t.TempDir(),
	})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		if err := m.Shutdown(ctx); err != nil {
			t.Errorf("shut down: %v", err)
		}
		guardtest.NothingLeft(t, proctree.SessionVariable+"="+mark, time.Second)
	})
	for _, added := range specs {
		must(t, m.AddService(added))
	}
	return m
}

func newSpec(name, kind string, arguments ...string) spec.ServiceSpec {
	return spec.ServiceSpec{Name: name, Title: strings.ToUpper(name[:1]) + name[1:], Command: guardtest.Command(kind, arguments...)}
}

// await returns the service when it is as wanted.
func await(t testing.TB, m *Manager, name, what string, wanted func(Service) bool) Service {
	t.Helper()
	changed, stop := m.Watch()
	defer stop()
	timeout := time.After(patience)
	for {
		s, _ := m.Snapshot().Service(name)
		if wanted(s) {
			return s
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("%s is not %s: %+v, problem %v", name, what, s, s.Problem)
		}
	}
}

func awaitState(t testing.TB, m *Manager, name string, state State) Service {
	t.Helper()
	return await(t, m, name, string(state), func(s Service) bool { return s.State == state })
}

func startAll(t testing.TB, m *Manager) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	must(t, m.StartAll(ctx))
}

// waitAMoment is for what announces itself to nobody.
func waitAMoment() { time.Sleep(time.Millisecond) }

// awaitOutput waits until the service has printed that often that it is up.
func awaitOutput(t testing.TB, m *Manager, name string, times int) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		log, err := os.ReadFile(filepath.Join(m.options.LogFolder, name+".log"))
		if err == nil && strings.Count(string(log), " out up\n") >= times {
			return
		}
	}
	t.Fatalf("%s did not come up %d times", name, times)
}

func fetch(t testing.TB, url string) string {
	t.Helper()
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
