package dashboard

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/control/sse"
	"agents-tray/manager/logs"
	"agents-tray/services/web/webtest"
)

// instance is a stand-in for a running instance: a server of the control API on a Unix
// socket, whose state a test sets.
type instance struct {
	client *control.Client
	socket string
	server *http.Server

	mu        sync.Mutex
	status    control.Status
	changed   chan struct{} // closed by the next notify
	folder    string        // of the logs
	logs      map[string]*logs.Writer
	usages    control.Usages
	used      int // samples so far
	review    *control.Review
	sessions  []control.PastSession
	happened  map[string][]control.SessionEvent // by session
	refusal   string
	moved     string      // where the Dashboard is once an offer is taken
	asked     chan string // "restart chat"
	reviewed  chan struct{}
	joined    chan struct{} // a client of the events has connected
	left      chan struct{} // a client of the events has left
	usageLeft chan struct{} // a client of the usage has left
}

// start runs an instance until the test ends.
func start(t *testing.T, status control.Status) *instance {
	t.Helper()
	i := &instance{
		socket:    filepath.Join(t.TempDir(), "s"),
		status:    status,
		changed:   make(chan struct{}),
		folder:    t.TempDir(),
		logs:      map[string]*logs.Writer{},
		usages:    control.Usages{},
		asked:     make(chan string, 16),
		reviewed:  make(chan struct{}, 16),
		joined:    make(chan struct{}, 16),
		left:      make(chan struct{}, 16),
		usageLeft: make(chan struct{}, 16),
	}
	for _, name := range []string{"dashboard", "chat"} {
		i.logs[name], _ = logs.NewWriter(filepath.Join(i.folder, name+".log")) // what fails shows in the pages
		t.Cleanup(i.logs[name].Close)
	}
	i.client = control.NewClient(control.Address{Network: "unix", Address: i.socket})
	i.serve(t)
	t.Cleanup(func() { i.server.Close() })
	return i
}

// home runs an instance whose two services run, and opens its front page.
func home(t *testing.T) (*instance, *webtest.Tab) {
	t.Helper()
	i := start(t, both())
	return i, webtest.Open(t, webtest.Wide, open(t, i))
}

// expect asserts what the instance is asked for next.
func (i *instance) expect(t *testing.T, want string) {
	t.Helper()
	if asked := webtest.Next(t, i.asked); asked != want {
		t.Errorf("it was asked to %s, not to %s", asked, want)
	}
}

func (i *instance) serve(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("unix", i.socket)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/status", func(w http.ResponseWriter, _ *http.Request) {
		status, _ := i.now()
		answer(w, http.StatusOK, status)
	})
	mux.HandleFunc("GET /v1/events", i.events)
	mux.HandleFunc("POST /v1/services/{name}/{action}", i.act)
	mux.HandleFunc("POST /v1/menu/{do...}", i.choose)
	mux.HandleFunc("POST /v1/start", func(w http.ResponseWriter, _ *http.Request) {
		i.mu.Lock()
		refusal := i.refusal
		i.mu.Unlock()
		i.asked <- "start all"
		if refusal != "" {
			answer(w, http.StatusServiceUnavailable, map[string]string{"error": refusal})
			return
		}
		i.change(func(s *control.Status) { s.Asks = false })
		answer(w, http.StatusOK, struct{}{})
	})
	mux.HandleFunc("GET /v1/services/{name}/log", i.log)
	mux.HandleFunc("GET /v1/usage", i.usage)
	mux.HandleFunc("GET /v1/review", func(w http.ResponseWriter, _ *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.review == nil {
			answer(w, http.StatusNotFound, control.Problem{What: "the last session ended cleanly"})
			return
		}
		answer(w, http.StatusOK, i.review)
	})
	mux.HandleFunc("GET /v1/sessions", func(w http.ResponseWriter, r *http.Request) {
		limit, _ := strconv.Atoi(r.FormValue("limit")) // 0 shows in the result
		answer(w, http.StatusOK, i.sessions[:min(limit, len(i.sessions))])
	})
	mux.HandleFunc("GET /v1/sessions/{session}/events", func(w http.ResponseWriter, r *http.Request) {
		events, known := i.happened[r.PathValue("session")]
		if !known {
			answer(w, http.StatusNotFound, control.Problem{What: "the record knows no such session"})
			return
		}
		answer(w, http.StatusOK, events)
	})
	mux.HandleFunc("POST /v1/workflows/{source}/{id}/again", i.again)
	mux.HandleFunc("POST /v1/offers/{name}", i.take)
	mux.HandleFunc("POST /v1/reviewed", func(http.ResponseWriter, *http.Request) { i.reviewed <- struct{}{} })
	i.server = &http.Server{Handler: mux}
	go i.server.Serve(listener)
}

// stop ends the instance as a crash does; serve brings it back.
func (i *instance) stop() { i.server.Close() }

func (i *instance) events(w http.ResponseWriter, r *http.Request) {
	select {
	case i.joined <- struct{}{}:
	default: // no test counts them
	}
	defer func() { i.left <- struct{}{} }()
	stream := sse.NewStream(w)
	for {
		status, changed := i.now()
		if stream.Send("status", status) != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}

func (i *instance) act(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	refusal := i.refusal
	i.mu.Unlock()
	if refusal != "" {
		answer(w, http.StatusConflict, control.Problem{What: refusal})
		return
	}
	i.asked <- r.PathValue("action") + " " + r.PathValue("name")
	answer(w, http.StatusAccepted, struct{}{})
}

// choose moves the Chat to the port that its problem offers, as the menu does.
func (i *instance) choose(w http.ResponseWriter, r *http.Request) {
	status, _ := i.now()
	problem := status.Services[1].Problem
	if problem == nil || r.PathValue("do") != fmt.Sprintf("move/chat/%d", problem.FreePort) {
		answer(w, http.StatusNotFound, control.Problem{What: "the menu has no such item now"})
		return
	}
	i.asked <- r.PathValue("do")
	answer(w, http.StatusOK, struct{}{})
}

// take has the Dashboard be at another address from then on.
func (i *instance) take(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.refusal != "" {
		answer(w, http.StatusConflict, control.Problem{What: i.refusal})
		return
	}
	i.asked <- "take " + r.PathValue("name")
	i.status.Offers = nil
	i.notify()
	answer(w, http.StatusOK, control.Taken{Page: i.moved})
}

// again runs a workflow of the review again, as a service of its own.
func (i *instance) again(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.refusal != "" {
		answer(w, http.StatusConflict, control.Problem{What: i.refusal})
		return
	}
	i.asked <- "again " + r.PathValue("source") + " " + r.PathValue("id")
	review := *i.review
	review.Workflows = slices.Clone(review.Workflows)
	review.Workflows[0].Rerun = "again-nightly-report"
	i.review = &review
	i.status.Services = append(slices.Clone(i.status.Services), manager.Service{
		Name: "again-nightly-report", Title: "nightly-report", State: manager.Ready, PID: 4200, Started: time.Now(),
	})
	i.notify()
	answer(w, http.StatusOK, map[string]string{"service": "again-nightly-report"})
}

func (i *instance) log(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if i.logs[name] == nil {
		answer(w, http.StatusNotFound, control.Problem{What: `there is no service "` + name + `"`})
		return
	}
	answer(w, http.StatusOK, control.Log{Path: filepath.Join(i.folder, name+".log")})
}

func (i *instance) usage(w http.ResponseWriter, r *http.Request) {
	defer func() { i.usageLeft <- struct{}{} }()
	stream, sent := sse.NewStream(w), -1
	for {
		i.mu.Lock()
		usages, used, changed := i.usages, i.used, i.changed
		i.mu.Unlock()
		if used != sent && stream.Send("usage", usages) != nil {
			return
		}
		sent = used
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}

func (i *instance) now() (control.Status, <-chan struct{}) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.status, i.changed
}

// change edits the status and sends it to all clients.
func (i *instance) change(edit func(*control.Status)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	services := append([]manager.Service(nil), i.status.Services...)
	i.status.Services = services
	edit(&i.status)
	i.notify()
}

// notify wakes all clients. The caller holds mu.
func (i *instance) notify() {
	close(i.changed)
	i.changed = make(chan struct{})
}

// use sets what the services use.
func (i *instance) use(usages control.Usages) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.usages = usages
	i.used++
	i.notify()
}

// print appends a line to a service's log.
func (i *instance) print(service, stream, text string) {
	i.logs[service].Write(time.Now(), stream, []byte(text+"\n"))
}

func answer(w http.ResponseWriter, status int, data any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(data)
}

// both is an instance whose two services run.
func both() control.Status {
	begin := time.Now().Add(-125 * time.Second)
	return control.Status{
		Version: "1.2.0", PID: 4100, Started: begin,
		Snapshot: manager.Snapshot{Phase: manager.PhaseRunning, Guard: 4101, Services: []manager.Service{
			{
				Name: "dashboard", Title: "Dashboard", URL: "http://127.0.0.1:7861", Address: "127.0.0.1:7861", Open: true,
				State: manager.Ready, PID: 4110, Started: begin, Ready: begin.Add(time.Second / 4),
			},
			{
				Name: "chat", Title: "Chat", URL: "http://127.0.0.1:7860", Address: "127.0.0.1:7860", Open: true,
				State: manager.Ready, PID: 4111, Started: begin, Ready: begin.Add(time.Second / 3),
			},
		}},
	}
}

// chatFailed is a crash loop of the Chat.
func chatFailed(status *control.Status) {
	status.Phase = manager.PhaseTrouble
	chat := &status.Services[1]
	chat.State, chat.PID, chat.Restarts = manager.Failed, 0, 5
	chat.LastExit = &manager.Exit{
		PID: 4111, At: time.Now().Add(-time.Minute), Code: 2, Words: "ended with an error (exit code 2)",
		Lines: []string{"panic: no model is configured", "goroutine 1 [running]:", "main.main()"}, Reasons: 1,
	}
	chat.Problem = &manager.Problem{
		Kind: manager.CrashLoop, Title: "Chat", Exit: chat.LastExit,
	}
}

// portHeld is the Chat without its port.
func portHeld(status *control.Status) {
	status.Phase = manager.PhaseTrouble
	chat := &status.Services[1]
	chat.State, chat.PID, chat.Started, chat.Ready = manager.Failed, 0, time.Time{}, time.Time{}
	chat.Problem = &manager.Problem{
		Kind: manager.PortHeld, Title: "Chat", Port: 7860, Holder: &manager.Process{Name: "node", PID: 812}, FreePort: 9862,
	}
}

// lostPower is a review of a session that lasted 80 minutes.
func lostPower() *control.Review {
	begin := time.Now().Add(-3 * time.Hour)
	return &control.Review{
		Started: begin, LastSeen: begin.Add(80 * time.Minute), Version: "1.1.0",
		Cause: "The computer lost power or was restarted.", Detail: "boot id changed: 0f6c → 91ab",
		Services: []control.ReviewService{
			{Name: "dashboard", Title: "Dashboard", State: "ready", PID: 2110, Since: begin},
			{Name: "chat", Title: "Chat", State: "failed", Since: begin.Add(time.Hour)},
		},
		Workflows: []control.ReviewWorkflow{
			{Workflow: control.Workflow{ID: "7", Source: "Python platform", Name: "nightly-report", Started: begin.Add(70 * time.Minute), Again: []string{"configurable-agents", "run", "/home/user/.local/state/agents-tray/again/nightly report.yaml", "--input", "day=today"}}},
			{Workflow: control.Workflow{ID: "c5", Source: "chat", Name: "Answer in “Plans for the week”", Started: begin.Add(79 * time.Minute), Page: "/c/c5"}},
			{Workflow: control.Workflow{ID: "mail-sorter", Name: "mail-sorter"}},
		},
	}
}
