package control

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"agents-tray/manager"
	"agents-tray/manager/control/sse"
	"agents-tray/manager/inspect"
	"agents-tray/manager/logs"
	"agents-tray/manager/peer"
	"agents-tray/manager/words"
)

// unixSockets says that the control API is at a Unix socket. Windows has such sockets, but not
// every system that runs its programs.
const unixSockets = runtime.GOOS != "windows"

// maxSocketPath is the longest path that a Unix socket may have on every system
// (sun_path is 104 bytes on macOS, 108 on Linux, with the zero at the end).
const maxSocketPath = 103

// Listen opens a private socket in folder, or loopback TCP with a token where the
// system has no such sockets or the path is too long for one. The socket's name is new
// each time: the guard of a session that was killed may still be about to remove that
// session's. Sockets of earlier sessions are removed, so the caller must be the only
// instance.
func Listen(folder string) (net.Listener, Address, error) {
	path := filepath.Join(folder, "control-"+rand.Text()[:8]+".sock")
	if unixSockets && len(path) <= maxSocketPath {
		stale, _ := fs.Glob(os.DirFS(folder), "control-*.sock") // the pattern is well formed
		for _, socket := range stale {
			_ = os.Remove(filepath.Join(folder, socket)) // it harms nobody where it is
		}
		listener, err := net.Listen("unix", path)
		if err != nil {
			return nil, Address{}, fmt.Errorf("open the control socket: %w", err)
		}
		if err := os.Chmod(path, 0o600); err != nil {
			listener.Close()
			return nil, Address{}, fmt.Errorf("protect the control socket: %w", err)
		}
		return listener, Address{Network: "unix", Address: path}, nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, Address{}, fmt.Errorf("open the control port: %w", err)
	}
	return listener, Address{Network: "tcp", Address: listener.Addr().String(), Token: rand.Text()}, nil
}

// Instance is what the server needs of the program that it belongs to. All methods
// are safe for concurrent use. An error that is a *Refused says which status it is
// answered with.
type Instance interface {
	Status() Status
	// Changes returns a channel that gets a value after each change of Status, and
	// the call that ends it.
	Changes() (changed <-chan struct{}, stop func())
	StartAll()
	Act(service string, action Action) error
	LogFile(service string) (path string, err error)
	// Usage measures what a service uses; nothing is measured unless it is called.
	Usage(ctx context.Context, service string) (inspect.Usage, error)
	// Open opens a page. It may wait a moment for the browser, to tell what came of it.
	Open(page string, request OpenRequest) (Opening, error)
	// SetWorkflow and EndWorkflow take the reports of services.
	SetWorkflow(Workflow) error
	EndWorkflow(source, id string) error
	// RunAgain runs a workflow of Review again, and returns the service that does.
	RunAgain(source, id string) (service string, err error)
	Review() *Review
	Reviewed()
	// Sessions and SessionEvents read the session record.
	Sessions(limit int) ([]PastSession, error)
	SessionEvents(session string, limit int) ([]SessionEvent, error)
	Quit()
	// OtherUsers is told how many connections of other users were refused: at its pages by the
	// service of that name, at the control API itself if service is "".
	OtherUsers(service string, count int)
	Menus
	Offers
}

// Server answers the control API.
type Server struct {
	http *http.Server
	gate *peer.Gate
	end  context.CancelFunc // of all requests
	done sync.WaitGroup

	answering sync.RWMutex // held by every request
	closed    bool
}

// Serve starts answering on listener and on others that are not nil, all of which it owns.
func Serve(listener net.Listener, address Address, instance Instance, others ...net.Listener) *Server {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{end: cancel}
	s.http = LimitedServer()
	s.http.BaseContext = func(net.Listener) context.Context { return ctx }
	s.http.Handler = s.whileOpen(authorized(address.Token, routes(instance)))
	s.gate = &peer.Gate{Report: func(count int) { instance.OtherUsers("", count) }}
	s.http.ConnContext = s.gate.ConnContext
	s.http.Handler = s.gate.Protect(s.http.Handler, func(w http.ResponseWriter, _ *http.Request, err error) {
		refuse(w, http.StatusForbidden, Problem{What: "This address is for the user who runs Configurable Agents only.", Detail: err.Error()})
	})
	for _, l := range append(others, listener) {
		if l != nil {
			s.done.Go(func() { _ = s.http.Serve(l) }) // always ends with an error: closed
		}
	}
	return s
}

// Close stops answering and removes the socket. Open event streams end. When it returns
// nothing asks the instance any more.
func (s *Server) Close() {
	s.end()
	s.http.Close()
	s.done.Wait()
	s.gate.Close()
	s.answering.Lock()
	s.closed = true
	s.answering.Unlock()
}

// whileOpen answers no request that comes too late.
func (s *Server) whileOpen(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.answering.RLock()
		defer s.answering.RUnlock()
		if !s.closed {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			next.ServeHTTP(w, r)
		}
	})
}

func authorized(token string, next http.Handler) http.Handler {
	if token == "" {
		return next // the gate lets only this user in
	}
	want := []byte("Bearer " + token)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, isSocket := r.Context().Value(http.LocalAddrContextKey).(*net.UnixAddr); isSocket { // by the instance's name: as above
			next.ServeHTTP(w, r)
			return
		}
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), want) != 1 {
			fail(w, http.StatusUnauthorized, errors.New("the token is missing or wrong"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func routes(i Instance) http.Handler {
	mux := http.NewServeMux()
	usages := &sampler{instance: i}
	stream := LimitRequests(maxStreams, func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusServiceUnavailable, Problem{What: "Too many streams of events are open.", Now: "Close some, then try again."})
	})
	mux.HandleFunc("GET /v1/status", func(w http.ResponseWriter, _ *http.Request) { reply(w, withProse(i.Status())) })
	mux.HandleFunc("GET /v1/events", stream(func(w http.ResponseWriter, r *http.Request) { events(w, r, i) }))
	mux.HandleFunc("POST /v1/start", func(w http.ResponseWriter, _ *http.Request) { i.StartAll(); done(w, nil) })
	for _, action := range []Action{Start, Stop, Restart} {
		mux.HandleFunc("POST /v1/services/{name}/"+string(action), func(w http.ResponseWriter, r *http.Request) {
			done(w, i.Act(r.PathValue("name"), action))
		})
	}
	mux.HandleFunc("GET /v1/services/{name}/log", stream(func(w http.ResponseWriter, r *http.Request) { serveLog(w, r, i) }))
	mux.HandleFunc("GET /v1/services/{name}/usage", func(w http.ResponseWriter, r *http.Request) {
		usage, err := i.Usage(r.Context(), r.PathValue("name"))
		answer(w, usage, err)
	})
	mux.HandleFunc("GET /v1/usage", stream(func(w http.ResponseWriter, r *http.Request) {
		s := sse.NewStream(w)
		_ = usages.watch(r.Context(), func(u Usages) error { return s.Send("usage", u) }) // ends when the reader leaves
	}))
	workflowRoutes(mux, i)
	historyRoutes(mux, i)
	mux.HandleFunc("POST /v1/open/{page}", func(w http.ResponseWriter, r *http.Request) {
		var request OpenRequest
		_ = json.NewDecoder(io.LimitReader(r.Body, 64<<10)).Decode(&request) // earlier versions send none
		opening, err := i.Open(r.PathValue("page"), request)
		answer(w, opening, err)
	})
	mux.HandleFunc("GET /v1/review", func(w http.ResponseWriter, _ *http.Request) {
		if review := i.Review(); review != nil {
			reply(w, review)
		} else {
			fail(w, http.StatusNotFound, errors.New("the last session ended as it should"))
		}
	})
	mux.HandleFunc("POST /v1/reviewed", func(w http.ResponseWriter, _ *http.Request) { i.Reviewed(); done(w, nil) })
	mux.HandleFunc("POST /v1/services/{name}/other-users", func(w http.ResponseWriter, r *http.Request) { otherUsers(w, r, i) })
	mux.HandleFunc("POST /v1/quit", func(w http.ResponseWriter, _ *http.Request) { i.Quit(); done(w, nil) })
	menuRoutes(mux, i)
	offerRoutes(mux, i)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, fmt.Errorf("there is no %s %s", r.Method, r.URL.Path))
	})
	return mux
}

// countOf reads a number from 1 to most; without one it is usual.
func countOf(r *http.Request, name string, usual, most int) (int, error) {
	text := r.FormValue(name)
	if text == "" {
		return usual, nil
	}
	count, err := strconv.Atoi(text)
	if err != nil || count < 1 || count > most {
		return 0, &Refused{Status: http.StatusBadRequest, Message: fmt.Sprintf("%s=%q: give a number from 1 to %d", name, text, most)}
	}
	return count, nil
}

// maxLogLines bounds the lines in one answer.
const maxLogLines = 10_000

// serveLog answers with the last lines of a log, or follows it.
func serveLog(w http.ResponseWriter, r *http.Request, i Instance) {
	count, err := countOf(r, "lines", 200, maxLogLines)
	var path string
	if err == nil {
		path, err = i.LogFile(r.PathValue("name"))
	}
	if err != nil {
		done(w, err)
		return
	}
	if r.FormValue("follow") == "1" {
		followLog(w, r, path, count)
		return
	}
	lines, err := logs.Tail(path, count)
	if err != nil {
		err = fmt.Errorf("read the log: %w", err)
	}
	answer(w, Log{Path: path, Lines: lines}, err)
}

// followLog streams a log until the client leaves. A slow client delays only this.
func followLog(w http.ResponseWriter, r *http.Request, path string, count int) {
	var s *sse.Stream
	err := logs.Follow(r.Context(), path, count, func(lines []logs.Line) error {
		if s == nil {
			s = sse.NewStream(w)
		}
		if len(lines) > 0 && lines[0].Stream == logs.Missed {
			return s.Send("missed", lines)
		}
		return s.Send("lines", lines)
	})
	if s == nil {
		done(w, fmt.Errorf("follow the log: %w", err))
	}
}

// events streams the status at once and after each change.
func events(w http.ResponseWriter, r *http.Request, i Instance) {
	changed, stop := i.Changes()
	defer stop()
	s := sse.NewStream(w)
	for {
		if s.Send("status", withProse(i.Status())) != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}

func reply(w http.ResponseWriter, data any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(data) // the client has gone: nobody to tell
}

// done answers a call that returns nothing but an error.
func done(w http.ResponseWriter, err error) { answer(w, struct{}{}, err) }

// answer answers a call with what it returned.
func answer(w http.ResponseWriter, data any, err error) {
	var unknown manager.ErrUnknownService
	var refused *Refused
	switch {
	case err == nil:
		reply(w, data)
	case errors.As(err, &refused):
		write(w, refused.Status, errorBody{Problem{What: words.Sentence(refused.Message)}, refused.Message, refused.Told})
	case errors.As(err, &unknown), errors.Is(err, ErrNoItem):
		fail(w, http.StatusNotFound, err)
	case errors.Is(err, manager.ErrShutDown):
		fail(w, http.StatusServiceUnavailable, err)
	default:
		fail(w, http.StatusInternalServerError, err)
	}
}

func fail(w http.ResponseWriter, status int, err error) {
	write(w, status, errorBody{Problem{What: words.Sentence(err.Error())}, err.Error(), ""})
}

func refuse(w http.ResponseWriter, status int, p Problem) {
	write(w, status, errorBody{p, strings.TrimSpace(p.What + " " + p.Now), ""})
}

func write(w http.ResponseWriter, status int, body errorBody) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // as in reply
}
