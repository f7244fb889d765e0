package chat

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"testing"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/modeltest"
	"agents-tray/services/web/webtest"
)

// offering is an instance that has found Ollama, and can start it.
type offering struct {
	control.Instance
	url   string
	start func()

	mu      sync.Mutex
	refusal string           // of Take
	ollama  *manager.Service // once it was taken
	changed chan struct{}    // closed by the next change
}

func (o *offering) Status() (s control.Status) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ollama != nil {
		s.Services = []manager.Service{*o.ollama}
	}
	return s
}

func (o *offering) Changes() (<-chan struct{}, func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.changed, func() {}
}

// become changes the state of the service, which there is from then on.
func (o *offering) become(s manager.Service) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s.Name, s.Title, s.URL = "ollama", "Ollama", o.url
	o.ollama = &s
	close(o.changed)
	o.changed = make(chan struct{})
}

func (o *offering) Look(context.Context) []control.Offer {
	o.mu.Lock()
	defer o.mu.Unlock()
	offers := []control.Offer{{Name: control.PlatformOffer, Title: "Python platform", Program: "/usr/bin/configurable-agents"}}
	if o.ollama == nil {
		offers = append(offers, control.Offer{Name: "ollama", Title: "Ollama", Program: "/usr/local/bin/ollama", URL: o.url})
	}
	return offers
}

func (o *offering) Take(_ context.Context, name string) (control.Taken, error) {
	o.mu.Lock()
	refusal := o.refusal
	o.mu.Unlock()
	if name != "ollama" || refusal != "" {
		return control.Taken{}, &control.Refused{Status: http.StatusConflict, Message: refusal}
	}
	o.start()
	o.become(manager.Service{State: manager.Ready})
	return control.Taken{Service: name}, nil
}

func (o *offering) Act(_ string, _ control.Action) error {
	o.start()
	o.become(manager.Service{State: manager.Ready})
	return nil
}

// serveOffering starts a Chat on a computer where Ollama is installed and does not run.
func serveOffering(t *testing.T, models ...string) (*app, *offering) {
	t.Helper()
	t.Setenv("OPENAI_BASE_URL", "")
	t.Setenv("OPENAI_API_KEY", "")
	address := fmt.Sprintf("127.0.0.1:%d", guardtest.FreePort(t))
	o := &offering{url: "http://" + address, changed: make(chan struct{})}
	o.start = func() { modeltest.NewAt(t, address, models...) }
	listener, at, err := control.Listen(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	instance := control.Serve(listener, at, o)
	t.Cleanup(instance.Close)
	return start(t, "127.0.0.1:0", Options{
		Database: filepath.Join(t.TempDir(), "chat.db"), Instance: control.NewClient(at), Service: "chat",
		LocalServers: []completion.LocalServer{{Name: "Ollama", Base: o.url + "/v1"}},
	}), o
}

// An installed Ollama is started by one click, in place of the advice to install it.
func TestAnInstalledServerIsStartedFromThePage(t *testing.T) {
	a, o := serveOffering(t, "tiny")
	o.refusal = "the services file cannot be written"
	b := browse(t, webtest.Wide, a.url+"/")
	b.Allow("409")
	b.Shows("Ollama is installed on this computer, and does not run.")
	if webtest.Eval[bool](b.Tab, `document.body.innerText.includes("ollama.com/download")`) {
		t.Error("it says how to install it, too")
	}
	b.Click("[data-start-server]")
	b.Shows("Ollama was not started.")
	b.Shows("The services file cannot be written.")
	b.Click("#setup .refusal button")
	b.Until(`document.activeElement.matches("[data-start-server]")`)
	o.mu.Lock()
	o.refusal = ""
	o.mu.Unlock()
	b.Click("[data-start-server]")
	b.Shows("Begin a conversation")
	b.Until(`document.getElementById("server").innerText === "tiny · Ollama"`)
}

// One that has just been started and has no model says how to get one.
func TestAStartedServerWithoutModels(t *testing.T) {
	a, _ := serveOffering(t)
	b := browse(t, webtest.Wide, a.url+"/")
	b.Click("[data-start-server]")
	b.Shows("Ollama has no model yet")
}

// A server that is a service already, and is stopped, is started as that.
func TestAStoppedServiceIsStartedFromThePage(t *testing.T) {
	a, o := serveOffering(t, "tiny")
	o.become(manager.Service{State: manager.Stopped, ByHand: true})
	status, body := a.request("POST", "/api/servers/start", map[string]string{"name": "nothing"})
	if status != http.StatusNoContent {
		t.Errorf("one that there is not: %d %s", status, body)
	}
	webtest.Contains(t, a.look().HTML, `data-start-server="ollama"`, "Start Ollama")
	if status, body := a.request("POST", "/api/servers/start", map[string]string{"name": "ollama"}); status != http.StatusNoContent {
		t.Errorf("%d %s", status, body)
	}
	if answer := a.look(); !answer.Ready {
		t.Errorf("afterwards %+v", answer)
	}
}

// Why a server that was started has failed is told.
func TestAServerThatFailsToStart(t *testing.T) {
	a, o := serveOffering(t)
	o.become(manager.Service{State: manager.Failed, Problem: &manager.Problem{Kind: manager.CrashLoop, Title: "Ollama", Exit: &manager.Exit{Code: 1}, Lines: []string{"no space left"}}})
	if p := a.awaitServer(t.Context(), startable{Name: "ollama", Title: "Ollama"}); p == nil || p.Detail != "no space left" || p.Why == "" {
		t.Errorf("it says %+v", p)
	}
}

// An answer that a stopped server did not give comes once the server is started from it.
func TestAnAnswerComesOnceItsServerIsStarted(t *testing.T) {
	a, o := serveOffering(t, "tiny")
	started := make(chan *modeltest.Server, 1)
	o.start = func() { started <- modeltest.NewAt(t, o.url[len("http://"):], "tiny") }
	a.post("/api/settings", map[string]string{"address": o.url + "/v1", "model": "tiny"})
	id := a.begin("Hello")
	a.finished(id)
	b := browse(t, webtest.Wide, a.url+"/c/"+id)
	b.Shows("Ollama does not answer.")
	b.Shows("Start it here, and it starts each time")
	b.Click("#thread [data-start-server]")
	(<-started).Next(t).Answer("Good day")
	b.answer("Good day")
}

// TestTheOfferLooks checks the contrast and the accessibility of the page that offers to start a
// server, and of an answer that waits for one.
func TestTheOfferLooks(t *testing.T) {
	a, o := serveOffering(t, "tiny")
	b := browse(t, webtest.Wide, a.url+"/")
	b.Shows("does not run")
	b.Looks("chat-offer")
	o.mu.Lock()
	o.refusal = "the services file /home/user/.config/agents-tray/services.yaml cannot be written: read-only file system"
	o.mu.Unlock()
	b.Allow("409")
	b.Click("[data-start-server]")
	b.Shows("Ollama was not started.")
	b.Looks("chat-offer-refused")
	a.post("/api/settings", map[string]string{"address": o.url + "/v1", "model": "tiny"})
	id := a.begin("Hello")
	a.finished(id)
	failed := browse(t, webtest.Wide, a.url+"/c/"+id)
	failed.Shows("Start it here")
	failed.Looks("chat-offer-answer")
}
