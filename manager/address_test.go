//go:build linux

package manager

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/inspect"
	"agents-tray/manager/spec"
)

// serveRaw answers each connection as a small server does, and closes it first; or, with keep,
// only when the client has.
func serveRaw(t *testing.T, listener net.Listener, keep bool) (port int) {
	t.Helper()
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				fmt.Fprint(conn, "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")
			}
			if keep {
				_, _ = conn.Read(make([]byte, 1))
			}
			conn.Close()
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}

// inTimeWait counts the connections to a port of this computer of which it keeps TIME_WAIT.
func inTimeWait(t *testing.T, port int) (count int) {
	t.Helper()
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		const timeWait = "06"
		if fields := strings.Fields(line); fields[3] == timeWait && strings.HasSuffix(fields[1], fmt.Sprintf(":%04X", port)) {
			count++
		}
	}
	return count
}

// A server without SO_REUSEADDR, such as Python's socketserver, cannot start again for a minute
// if a probe has left TIME_WAIT on its port.
func TestProbesLeaveNoTimeWait(t *testing.T) {
	for name, keep := range map[string]bool{"a server that closes first": false, "one that waits for the client": true} {
		listener := guardtest.Listen(t)
		port := serveRaw(t, listener, keep)
		for _, check := range []spec.Check{
			{HTTP: fmt.Sprintf("http://127.0.0.1:%d/", port)},
			{HTTP: fmt.Sprintf("http://127.0.0.1:%d/", port), Body: "hello"},
			{TCP: fmt.Sprintf("127.0.0.1:%d", port)},
		} {
			for range 5 {
				must(t, ask(t.Context(), check, nil))
			}
		}
		if left := inTimeWait(t, port); left > 0 {
			t.Errorf("%s: %d connections are in TIME_WAIT on its port", name, left)
		}
	}
}

// listenWithoutReuse listens as a program does that does not set SO_REUSEADDR.
func listenWithoutReuse(t *testing.T) net.Listener {
	t.Helper()
	config := net.ListenConfig{Control: withoutReuse}
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// What TIME_WAIT holds is held by nobody.
func TestAPortInTimeWaitHasNoHolder(t *testing.T) {
	listener := listenWithoutReuse(t)
	address := listener.Addr().String()
	accepted := make(chan net.Conn, 1)
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			accepted <- conn
		}
	}()
	client, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	(<-accepted).Close() // first
	_, _ = client.Read(make([]byte, 1))
	client.Close()
	if state := lookAtPort(t.Context(), address, false, 0); !state.taken || state.by.pid != os.Getpid() {
		t.Errorf("while it listens: %+v", state)
	}
	listener.Close()
	if state := lookAtPort(t.Context(), address, false, 0); !state.taken || state.by != (holder{}) {
		t.Errorf("afterwards: %+v", state)
	}
	free := guardtest.FreeAddress(t)
	for _, strict := range []bool{false, true} {
		if state := lookAtPort(t.Context(), free, strict, 0); state.taken {
			t.Errorf("a free one: %+v", state)
		}
	}
}

func TestWhichStatusIsAnAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var status int
		fmt.Sscanf(r.URL.Path, "/%d", &status)
		w.WriteHeader(status)
	}))
	defer server.Close()
	for status, want := range map[int]bool{200: true, 204: true, 302: true, 307: true, 401: true, 403: true, 400: false, 404: false, 429: false, 500: false, 503: false} {
		if err := ask(t.Context(), spec.Check{HTTP: fmt.Sprintf("%s/%d", server.URL, status)}, nil); (err == nil) != want {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// Of another user only the name is seen. It may be a container engine that has the port for the
// run, but not where the run has it itself.
func TestAHolderThatCannotBeSeen(t *testing.T) {
	root := inspect.Holder{User: "root"}
	run := []int{100, 101}
	for _, test := range []struct {
		holder    inspect.Holder
		listening []string
		want      bool
	}{
		{inspect.Holder{Name: "worker", PID: 101}, nil, true},
		{inspect.Holder{Name: "node", PID: 812}, nil, false},
		{root, nil, true},
		{root, []string{"127.0.0.1:9001"}, true},
		{root, []string{"127.0.0.1:9000"}, false}, // it is root who has [::1]:9000
	} {
		var listening []netip.AddrPort
		for _, address := range test.listening {
			listening = append(listening, netip.MustParseAddrPort(address))
		}
		if got := mayBeOf(test.holder, run, listening, 9000); got != test.want {
			t.Errorf("%+v, while it listens at %q: %t", test.holder, test.listening, got)
		}
	}
}

// What announces the answer is not the answer; what a person would read counts for its body.
func TestAnswersInOtherForms(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hints":
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusProcessing)
			fmt.Fprint(w, "fine")
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			packed := gzip.NewWriter(w)
			fmt.Fprint(packed, "fine")
			_ = packed.Close() // fails when the check has read enough
		case "/password":
			if user, password, _ := r.BasicAuth(); user != "ada" || password != "x y" {
				w.WriteHeader(http.StatusUnauthorized)
			}
			fmt.Fprint(w, "fine")
		}
	}))
	defer server.Close()
	with := strings.Replace(server.URL, "//", "//ada:x%20y@", 1)
	for _, url := range []string{server.URL + "/hints", server.URL + "/gzip", with + "/password"} {
		if err := ask(t.Context(), spec.Check{HTTP: url, Status: http.StatusOK, Body: "^fine$"}, nil); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// A page that never ends is there as soon as it has begun.
func TestAStreamIsAnAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	if err := ask(t.Context(), spec.Check{HTTP: server.URL}, nil); err != nil {
		t.Error(err)
	}
}

func TestACertificateOfItsOwn(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = nil
	defer server.Close()
	if err := ask(t.Context(), spec.Check{HTTP: server.URL}, nil); err != nil {
		t.Error(err)
	}
}

// A page at http:// that speaks HTTPS is there, and opens so. What it makes of a request
// without TLS depends on the server.
func TestAPageThatSpeaksHTTPSAfterAll(t *testing.T) {
	certificate := httptest.NewTLSServer(nil)
	certificate.Close()
	config := &tls.Config{Certificates: certificate.TLS.Certificates}
	answer := func(conn net.Conn) {
		secure := tls.Server(conn, config)
		if request, err := http.ReadRequest(bufio.NewReader(secure)); err == nil && request.URL.Path == "/page" {
			fmt.Fprint(secure, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
		secure.Close()
	}
	plain := func(does func(net.Conn)) func(net.Conn) {
		return func(conn net.Conn) {
			reader := bufio.NewReader(conn)
			if first, err := reader.Peek(1); err == nil && first[0] != 0x16 {
				does(conn)
				conn.Close()
				return
			}
			answer(readFrom{conn, reader})
		}
	}
	for name, server := range map[string]func(net.Conn){
		"an alert":        answer,
		"an answer":       plain(func(conn net.Conn) { fmt.Fprint(conn, "HTTP/1.0 400 Bad Request\r\n\r\nthis is HTTPS") }),
		"nothing":         plain(func(net.Conn) {}),
		"a reset":         plain(func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) }),
		"something":       plain(func(conn net.Conn) { fmt.Fprint(conn, "220 ready\r\n") }),
		"another refusal": plain(func(conn net.Conn) { fmt.Fprint(conn, "HTTP/1.0 503 Service Unavailable\r\n\r\n") }),
	} {
		t.Run(name, func(t *testing.T) {
			listener := guardtest.Listen(t)
			go func() {
				for conn, err := listener.Accept(); err == nil; conn, err = listener.Accept() {
					go server(conn)
				}
			}()
			address := "http://" + listener.Addr().String()
			s := spec.ServiceSpec{Name: "s", URL: address, Ready: spec.Ready{Check: spec.Check{HTTP: "/page"}}}.WithDefaults()
			var https atomic.Bool
			err := prove(t.Context(), question{spec: s, check: s.Ready.Check, pid: os.Getpid(), members: membersOf(os.Getpid()), https: &https})
			if want := name != "something" && name != "another refusal"; https.Load() != want || (err == nil) != want {
				t.Errorf("taken for HTTPS: %v, %v", https.Load(), err)
			}
		})
	}
}

// readFrom is a connection of which something has been read.
type readFrom struct {
	net.Conn
	io.Reader
}

func (r readFrom) Read(p []byte) (int, error) { return r.Reader.Read(p) }

// localhost is two addresses, and the browser may open either.
func TestBothAddressesOfLocalhostAreProven(t *testing.T) {
	listener := guardtest.Listen(t)
	port := serveRaw(t, listener, false)
	check := spec.Check{HTTP: fmt.Sprintf("http://localhost:%d/", port)}
	stranger := errors.New("a stranger")
	var asked []netip.AddrPort
	ours := func(_ context.Context, at netip.AddrPort) error {
		asked = append(asked, at)
		if at.Addr().Is6() {
			return stranger
		}
		return nil
	}
	if err := ask(t.Context(), check, ours); err != nil || len(asked) != 1 {
		t.Errorf("with nobody at ::1: %v, answered at %v", err, asked)
	}
	other, err := net.Listen("tcp", fmt.Sprintf("[::1]:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	serveRaw(t, other, false)
	if err := ask(t.Context(), check, ours); err != stranger {
		t.Errorf("with a stranger at ::1: %v", err)
	}
	listener.Close()
	if err := ask(t.Context(), check, nil); err != nil {
		t.Errorf("at ::1 alone: %v", err)
	}
	other.Close()
	if err := ask(t.Context(), check, nil); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("with nobody: %v", err)
	}
}

// A server that listens elsewhere is told with the address that it has, and goes on.
func TestAServerThatListensElsewhere(t *testing.T) {
	has, says := guardtest.FreeAddress(t), guardtest.FreeAddress(t)
	s := newSpec("s", guardtest.Serves)
	s.Env = []string{"GUARDTEST_LISTEN=" + has}
	s.URL, s.Ready = "http://"+says, spec.Ready{Check: spec.Check{HTTP: "/"}, Timeout: 500 * time.Millisecond}
	m := newManager(t, s)
	startAll(t, m)
	told := await(t, m, "s", "told where it listens", func(s Service) bool { return s.Problem != nil && s.Problem.Kind == Elsewhere })
	if p := told.Problem; told.State != Starting || p.Field != "url" || p.Expected != says || fmt.Sprint(p.Seen) != "["+has+"]" {
		t.Errorf("it is %s: %+v", told.State, p)
	}
}

// A named pipe that nobody writes to is no file: it fails its service, and nothing else.
func TestAnEnvFileThatIsAPipe(t *testing.T) {
	s := newSpec("s", guardtest.Cooperative)
	s.Dir, s.EnvFile = t.TempDir(), "pipe"
	pipe := filepath.Join(s.Dir, s.EnvFile)
	must(t, syscall.Mkfifo(pipe, 0o600))
	m := newManager(t, s, newSpec("other", guardtest.Cooperative))
	if problem, ok := errors.AsType[*Problem](m.StartAll(t.Context())); !ok || problem.Kind != EnvFile || problem.Path != pipe {
		t.Errorf("start: %v", problem)
	}
	awaitState(t, m, "other", Ready)
}

func membersOf(pids ...int) func(context.Context) (guard.Members, error) {
	return func(context.Context) (guard.Members, error) { return guard.Members{PIDs: pids}, nil }
}

// What keeps a service from being ready is told as it is now, not as it was when its time was over.
func TestWhatIsToldOfASlowServiceStaysTrue(t *testing.T) {
	address := guardtest.FreeAddress(t)
	s := newSpec("s", guardtest.Cooperative)
	s.URL, s.Ready = "http://"+address, spec.Ready{Check: spec.Check{HTTP: "/"}, Timeout: 100 * time.Millisecond}
	m := newManager(t, s)
	startAll(t, m)
	told := func(kind AnswerKind) {
		await(t, m, "s", "told that its answer is "+string(kind), func(s Service) bool {
			return s.Problem != nil && s.Problem.Answer != nil && s.Problem.Answer.Kind == kind
		})
	}
	told(AnswerRefused)
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	serveRaw(t, listener, false)
	told(AnswerStranger)
}

// A service that is handed a socket and listens elsewhere is told with the address that it has.
func TestAServerThatDoesNotTakeItsSocket(t *testing.T) {
	has := guardtest.FreeAddress(t)
	s := newSpec("s", guardtest.Serves)
	s.Env = []string{"GUARDTEST_LISTEN=" + has}
	s.Listen, s.Ready = guardtest.FreeAddress(t), spec.Ready{Check: spec.Check{HTTP: "/"}, Timeout: 500 * time.Millisecond}
	m := newManager(t, s)
	startAll(t, m)
	told := await(t, m, "s", "told where it listens", func(s Service) bool { return s.Problem != nil && s.Problem.Kind == Elsewhere })
	if p := told.Problem; p.Field != "listen" || p.Expected != s.Listen || fmt.Sprint(p.Seen) != "["+has+"]" {
		t.Errorf("%+v", p)
	}
}

// An answer proves nothing if it is a stranger's, in whatever way the address is written.
func TestAStrangerIsKnownByEachNameOfThisComputer(t *testing.T) {
	listener, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	serveRaw(t, listener, false)
	names := []string{"127.0.0.1", "0.0.0.0", "LOCALHOST", "app.localhost"}
	interfaces, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range interfaces {
		if prefix := netip.MustParsePrefix(address.String()); prefix.Addr().Is4() {
			names = append(names, prefix.Addr().String())
		}
	}
	for _, name := range names {
		url := fmt.Sprintf("http://%s:%d/", name, listener.Addr().(*net.TCPAddr).Port)
		check := spec.Check{HTTP: url}
		q := question{spec: spec.ServiceSpec{Name: "s", Command: []string{"s"}, URL: url}, check: check, pid: 1, members: membersOf(1), https: new(atomic.Bool)}
		if answer, ok := errors.AsType[*Answer](prove(t.Context(), q)); !ok || answer.Kind != AnswerStranger {
			t.Errorf("at %s: %v", name, answer)
		}
	}
}
