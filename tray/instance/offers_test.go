package instance

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"testing"

	"agents-tray/manager"
	"agents-tray/manager/config"
	"agents-tray/manager/config/scaffold"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/spec"
)

// What could be run is looked for once the start is over, so that it does not slow it.
func TestTheStartComesFirst(t *testing.T) {
	asked := make(chan struct{}, 16)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked <- struct{}{} }))
	defer server.Close()
	t.Setenv("OLLAMA_HOST", server.URL)
	s, err := Begin(t.Context(), Options{Folders: emptyFolders(t), Contents: config.Contents{Services: []spec.ServiceSpec{
		{Name: "slow", Title: "Slow", Command: guardtest.Command(guardtest.Cooperative), Ready: spec.Ready{Log: "up"}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.End(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	<-asked
	select {
	case err := <-s.Started():
		if service, _ := s.manager.Snapshot().Service("slow"); err != nil || service.State != manager.Ready {
			t.Errorf("the start came to %v, the service is %s", err, service.State)
		}
	default:
		t.Error("it was looked before the start was over")
	}
}

// What is found is offered until it is configured, by whatever name.
func TestWhatIsOffered(t *testing.T) {
	s, _ := begun(t)
	program := filepath.Join(t.TempDir(), "ollama")
	ollama := scaffold.ModelServer{Name: "Ollama", URL: "http://127.0.0.1:9", Service: scaffold.Service{Name: "ollama", Keys: []scaffold.Pair{{Key: "command", Value: []string{program, "serve"}}}}}
	running := ollama
	running.Name, running.Service.Name, running.Running = "LM Studio", "lm-studio", true
	s.mu.Lock()
	s.finds.platform, s.finds.servers = &scaffold.Platform{Program: "/p/configurable-agents", Dir: "/p"}, []scaffold.ModelServer{ollama, running}
	s.mu.Unlock()
	names := func() (names []string) {
		for _, offer := range s.Model().Offers {
			names = append(names, offer.Name)
		}
		return names
	}
	if got := names(); len(got) != 2 || got[0] != control.PlatformOffer || got[1] != "ollama" {
		t.Errorf("it offers %v", got)
	}
	s.servicesFound(true)
	if got := names(); len(got) != 1 || got[0] != "ollama" {
		t.Errorf("with a services file it offers %v", got)
	}
	for _, configured := range []spec.ServiceSpec{
		{Name: "ollama", Command: []string{"x"}}, {Name: "models", Command: []string{"ollama", "serve"}}, {Name: "models", URL: "http://127.0.0.1:9/v1"},
	} {
		s.specs.Store(&[]spec.ServiceSpec{configured})
		if got := names(); len(got) != 0 {
			t.Errorf("with %+v it offers %v", configured, got)
		}
	}
	s.specs.Store(&[]spec.ServiceSpec{})
	if _, err := s.Take(t.Context(), "lm-studio"); err == nil {
		t.Error("one that runs was taken")
	}
}

// The Python platform keeps its files in the home folder, not in that of all files.
func TestWhereThePlatformKeepsItsFiles(t *testing.T) {
	home, project := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Chdir(project)
	if folder := startFolder(); folder != project && runtime.GOOS != "darwin" { // whose temporary folder is a link
		t.Errorf("it is %s", folder)
	}
	t.Chdir(filepath.VolumeName(home) + string(filepath.Separator))
	if folder := startFolder(); folder != home {
		t.Errorf("started in the root, it is %s", folder)
	}
}
