//go:build linux

package manager

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"agents-tray/manager/guard/guardtest"
	"agents-tray/manager/spec"
)

func TestEachKindOfProof(t *testing.T) {
	listening := func(s spec.ServiceSpec) spec.ServiceSpec {
		s.Listen = guardtest.FreeAddress(t)
		return s
	}
	own := func(s spec.ServiceSpec) spec.ServiceSpec { // it binds its port itself
		s.URL = "http://" + guardtest.FreeAddress(t)
		s.Env = []string{"GUARDTEST_LISTEN=" + strings.TrimPrefix(s.URL, "http://")}
		return s
	}
	for name, test := range map[string]struct {
		spec  spec.ServiceSpec
		ready func(*spec.ServiceSpec) spec.Ready
	}{
		"its process": {newSpec("s", guardtest.Cooperative), func(*spec.ServiceSpec) spec.Ready { return spec.Ready{} }},
		"http":        {listening(newSpec("s", guardtest.Serves)), func(*spec.ServiceSpec) spec.Ready { return spec.Ready{Check: spec.Check{HTTP: "/"}} }},
		"http, body": {listening(newSpec("s", guardtest.Serves)), func(*spec.ServiceSpec) spec.Ready {
			return spec.Ready{Check: spec.Check{HTTP: "/", Body: `^\d+$`, Status: 200}}
		}},
		"http, own": {own(newSpec("s", guardtest.Serves)), func(*spec.ServiceSpec) spec.Ready { return spec.Ready{Check: spec.Check{HTTP: "/"}} }},
		"tcp":       {listening(newSpec("s", guardtest.Serves)), func(s *spec.ServiceSpec) spec.Ready { return spec.Ready{Check: spec.Check{TCP: s.Listen}} }},
		"tcp, own": {own(newSpec("s", guardtest.Serves)), func(s *spec.ServiceSpec) spec.Ready {
			return spec.Ready{Check: spec.Check{TCP: strings.TrimPrefix(s.URL, "http://")}}
		}},
		"a line":       {newSpec("s", guardtest.Prints, "one\ntwo: up and running\nthree"), func(*spec.ServiceSpec) spec.Ready { return spec.Ready{Log: `up and \w+$`} }},
		"READY=1":      {newSpec("s", guardtest.Notifies, "STATUS=nearly there", "READY=1\nSTATUS=at your service"), func(*spec.ServiceSpec) spec.Ready { return spec.Ready{Notify: true} }},
		"a grandchild": {own(newSpec("s", guardtest.Forks, guardtest.Serves)), func(*spec.ServiceSpec) spec.Ready { return spec.Ready{Check: spec.Check{HTTP: "/"}} }},
	} {
		t.Run(name, func(t *testing.T) {
			test.spec.Ready = test.ready(&test.spec)
			m := newManager(t, test.spec)
			startAll(t, m)
			if s := awaitState(t, m, "s", Ready); s.Ready.Before(s.Started) {
				t.Errorf("it shows %+v", s)
			}
		})
	}
}

// A service is not ended for being slow. It is told what was waited for, and what it printed.
func TestASlowServiceGoesOnAndIsTold(t *testing.T) {
	type waitedFor struct {
		proof    Proof
		expected string
	}
	for want, ready := range map[waitedFor]spec.Ready{
		{ProofLog, "up"}:          {Log: "up"},
		{ProofNotify, ""}:         {Notify: true},
		{ProofTCP, "127.0.0.1:9"}: {Check: spec.Check{TCP: "127.0.0.1:9"}},
	} {
		s := newSpec("s", guardtest.Prints, "warming down\nno model found\n")
		s.Ready, s.Ready.Timeout = ready, time.Second
		m := newManager(t, s)
		startAll(t, m) // it is not waited for any longer
		slow := await(t, m, "s", "told to be slow", func(s Service) bool { return s.Problem != nil })
		problem := slow.Problem
		if slow.State != Starting || problem.Kind != NotReady || problem.Title != "S" || problem.Waited != s.Ready.Timeout ||
			problem.Proof != want.proof || problem.Expected != want.expected || !slices.Equal(problem.Lines, []string{"warming down", "no model found"}) {
			t.Errorf("want %+v\ngot  %v", want, problem)
		}
	}
}

// What an earlier run has printed is not told of this one: "it has not printed a line that matches"
// stood above the line that does.
func TestASlowServiceIsToldWithItsOwnLines(t *testing.T) {
	flag := filepath.Join(t.TempDir(), "ran")
	s := newSpec("s", "", "")
	s.Command = []string{"sh", "-c", `if [ -e "$0" ]; then echo again; else : > "$0"; echo up; fi; exec sleep 600`, flag}
	s.Ready = spec.Ready{Log: "up", Timeout: time.Second}
	m := newManager(t, s)
	startAll(t, m)
	if err := m.Restart("s"); err != nil {
		t.Fatal(err)
	}
	slow := await(t, m, "s", "told to be slow", func(s Service) bool { return s.Problem != nil })
	if want := []string{"again"}; !slices.Equal(slow.Problem.Lines, want) {
		t.Errorf("it is told with %q", slow.Problem.Lines)
	}
}

// What it printed is told as a person can read it: the log has the whole.
func TestASlowServiceIsToldInReadableLines(t *testing.T) {
	s := newSpec("s", guardtest.Prints, "\x1b[31mred\x1b[0m \u202eback\n"+strings.Repeat("x", 5000)+"\n")
	s.Ready = spec.Ready{Log: "up", Timeout: time.Second}
	m := newManager(t, s)
	startAll(t, m)
	slow := await(t, m, "s", "told to be slow", func(s Service) bool { return s.Problem != nil })
	if want := []string{`red \u202eback`, strings.Repeat("x", mostShown) + "…"}; !slices.Equal(slow.Problem.Lines, want) {
		t.Errorf("it is told with %q", slow.Problem.Lines)
	}
}

func TestChecksThatFailSayWhatCame(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/", http.StatusFound)
		}
		fmt.Fprint(w, "hello")
	}))
	defer server.Close()
	for want, check := range map[Answer]spec.Check{
		{Kind: AnswerStatus, Status: "302 Found"}:  {HTTP: server.URL + "/moved", Status: 200},
		{Kind: AnswerStatus, Status: "200 OK"}:     {HTTP: server.URL, Status: 204},
		{Kind: AnswerBody, Pattern: "^good-?bye$"}: {HTTP: server.URL, Body: "^good-?bye$"},
		{Kind: AnswerRefused}:                      {TCP: "127.0.0.1:9"},
	} {
		if err := ask(t.Context(), check, nil); err == nil || *answerOf(err) != want {
			t.Errorf("want %+v, got %v", want, err)
		}
	}
	if err := ask(t.Context(), spec.Check{HTTP: server.URL + "/moved", Status: 302}, nil); err != nil {
		t.Error(err)
	}
}

func TestATryThatIsCutOffHidesNoCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		cause, tries := errors.New("it answered 503"), 0
		var last lastAnswer
		err := awaitReady(ctx, &last, func(ctx context.Context) error {
			if tries++; tries < 3 {
				return cause
			}
			<-ctx.Done()
			return ctx.Err()
		})
		if err != context.DeadlineExceeded || last.get() != cause {
			t.Errorf("%v, and it says %v, want %v", err, last.get(), cause)
		}
	})
}

// One try that hangs does not hold up the others, and each may take as long as was waited.
func TestATryHasALimitOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var limits []time.Duration
		err := awaitReady(t.Context(), &lastAnswer{}, func(ctx context.Context) error {
			began := time.Now()
			if limits = append(limits, 0); len(limits) == 5 {
				return nil
			}
			<-ctx.Done()
			limits[len(limits)-1] = time.Since(began).Round(time.Second)
			return ctx.Err()
		})
		if want := []time.Duration{leastTry, leastTry, 2 * leastTry, 4 * leastTry, 0}; err != nil || !slices.Equal(limits, want) {
			t.Errorf("%v, limits %v, want %v", err, limits, want)
		}
	})
}

// At first its port is closed, then it takes connections and never answers.
func TestAServiceThatIsSilentIsToldAsThat(t *testing.T) {
	address := guardtest.FreeAddress(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	refused := make(chan struct{})
	go func() {
		<-refused
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		<-ctx.Done()
		listener.Close()
	}()
	first := sync.OnceFunc(func() { close(refused) })
	var cause error
	_ = awaitReady(ctx, &lastAnswer{}, func(ctx context.Context) error {
		defer first()
		cause = ask(ctx, spec.Check{HTTP: "http://" + address}, nil)
		if errors.Is(cause, syscall.ECONNREFUSED) {
			return cause
		}
		cancel()
		return cause
	})
	if cause != errSilent {
		t.Errorf("the cause is %v", cause)
	}
}

// An answer proves nothing if it is a stranger's, who took the port in the meantime.
func TestAStrangersAnswerIsNoProof(t *testing.T) {
	port := guardtest.FreePort(t)
	address := fmt.Sprintf("127.0.0.1:%d", port)
	s := newSpec("s", guardtest.Cooperative)
	s.URL, s.Ready = "http://"+address, spec.Ready{Check: spec.Check{HTTP: "/"}, Timeout: time.Second}
	m := newManager(t, s)
	events := m.Subscribe(10)
	must(t, m.Start("s"))
	for e := range events.C {
		if _, ok := e.(ServiceStarted); ok {
			break
		}
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	stranger := &http.Server{Handler: http.NotFoundHandler()}
	stranger.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	go stranger.Serve(listener)
	defer stranger.Close()
	slow := await(t, m, "s", "told to be slow", func(s Service) bool { return s.Problem != nil })
	self := Process{Name: fmt.Sprintf("%.15s", filepath.Base(os.Args[0])), PID: os.Getpid()}
	if answer := slow.Problem.Answer; answer == nil || answer.Kind != AnswerStranger || answer.Port != port || *answer.Holder != self {
		t.Errorf("the answer is %v, want %+v at port %d", answer, self, port)
	}
	// And before the next start it is found to be held.
	must(t, m.Restart("s"))
	held := await(t, m, "s", "told of the holder", func(s Service) bool { return s.Problem != nil && s.Problem.Kind == PortHeld })
	if held.State != Failed || held.Problem.FreePort != 0 || held.Problem.Holder.PID != os.Getpid() {
		t.Errorf("it shows %+v", held.Problem)
	}
}

func TestAServiceThatStopsAnsweringIsRestarted(t *testing.T) {
	serving := newSpec("s", guardtest.Serves)
	serving.Listen = guardtest.FreeAddress(t)
	serving.Ready.HTTP = "/"
	serving.Health = spec.Health{Check: spec.Check{HTTP: "/"}, Interval: 20 * time.Millisecond, Timeout: 100 * time.Millisecond, Failures: 2}
	watched := newSpec("s", guardtest.Watchdog)
	watched.Ready.Notify = true
	watched.Health = spec.Health{Notify: true, Interval: 100 * time.Millisecond, Failures: 2}
	for name, s := range map[string]spec.ServiceSpec{"http": serving, "watchdog": watched} {
		t.Run(name, func(t *testing.T) {
			m := newManager(t, s)
			startAll(t, m)
			first := awaitState(t, m, "s", Ready)
			if name == "watchdog" {
				await(t, m, "s", "saying what it does", func(s Service) bool { return s.Status == "keeping watch" })
			}
			time.Sleep(500 * time.Millisecond) // several checks
			if s := awaitState(t, m, "s", Ready); s.PID != first.PID {
				t.Fatalf("it was restarted while it answered: %v", s.LastExit)
			}
			must(t, syscall.Kill(first.PID, syscall.SIGUSR1))
			unhealthy := await(t, m, "s", "unhealthy", func(s Service) bool { return s.Problem != nil })
			if unhealthy.Problem.Kind != Unhealthy || unhealthy.Problem.Title != "S" {
				t.Errorf("the problem is %v", unhealthy.Problem)
			}
			again := await(t, m, "s", "another process", func(s Service) bool { return s.State == Ready && s.PID != first.PID })
			if again.Problem != nil || again.Restarts != 1 || !again.LastExit.Ended {
				t.Errorf("it shows %+v %+v %v", again, again.LastExit, again.Problem)
			}
		})
	}
}

func TestHealthCountsFailuresInARow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := spec.ServiceSpec{}.WithDefaults().Health
		no := errors.New("no")
		answers := []error{no, no, nil, no, no, no}
		began := time.Now()
		err := keepAsking(t.Context(), h, func(context.Context) error {
			answer := answers[0]
			answers = answers[1:]
			return answer
		})
		if err != no || len(answers) != 0 || time.Since(began) != 6*h.Interval {
			t.Errorf("%v, after %v, with %d answers left", err, time.Since(began), len(answers))
		}
	})
}

// A check that hangs is bounded; the service's end ends the asking.
func TestHealthChecksAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := spec.Health{Interval: time.Minute, Timeout: time.Second, Failures: 3}
		hang := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		began := time.Now()
		if err := keepAsking(t.Context(), h, hang); err != context.DeadlineExceeded || time.Since(began) != 3*(h.Interval+h.Timeout) {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		if err := keepAsking(ctx, h, hang); err != context.DeadlineExceeded || ctx.Err() == nil {
			t.Errorf("%v", err)
		}
	})
}

// A machine that wakes up finds its checks failed for a moment. That is no failure.
func TestSleepIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := spec.Health{Interval: 10 * time.Second, Timeout: time.Second, Failures: 1}
		asked := 0
		err := keepAsking(t.Context(), h, func(context.Context) error {
			if asked++; asked == 1 {
				time.Sleep(time.Hour) // the clocks that stand still meanwhile show as a timer that is late
			}
			return errors.New("no")
		})
		if err == nil || asked != 2 {
			t.Errorf("asked %d times, %v", asked, err)
		}
	})
	now := time.Now()
	for name, test := range map[string]struct {
		after time.Time
		want  bool
	}{
		"as planned":                        {now.Add(10 * time.Second), false},
		"a busy machine":                    {now.Add(14 * time.Second), false},
		"late timers":                       {now.Add(time.Minute), true},
		"a wall clock that went on (Linux)": {now.Add(time.Minute).Round(0), true},
		"a clock that was set back":         {now.Add(-time.Hour).Round(0), false},
	} {
		if got := slept(now, test.after, 10*time.Second); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// What needs a service waits while that is being ended for not answering.
func TestWhatNeedsAnUnhealthyServiceWaitsForTheNextOne(t *testing.T) {
	base := newSpec("base", guardtest.Serves)
	base.Listen = guardtest.FreeAddress(t)
	base.Ready.HTTP = "/"
	base.Health = spec.Health{Check: spec.Check{HTTP: "/"}, Interval: 20 * time.Millisecond, Timeout: 50 * time.Millisecond, Failures: 2}
	m := newManager(t, base, needing(newSpec("top", guardtest.Cooperative), spec.ConditionReady, "base"))
	startAll(t, m)
	awaitOutput(t, m, "top", 1)
	first := awaitState(t, m, "base", Ready)
	told := follow(m)
	must(t, syscall.Kill(first.PID, syscall.SIGUSR1))
	await(t, m, "base", "another process", func(s Service) bool { return s.State == Ready && s.PID != first.PID })
	awaitOutput(t, m, "top", 2)
	awaitState(t, m, "top", Ready)
	orders := []string{"-top -base +base +top", "-base -top +base +top", "-base +base -top +top"} // top is asked to end, and takes its time
	if got := told.String(); !slices.Contains(orders, got) {
		t.Errorf("the order was %s", got)
	}
}

// The guard's socket takes connections for a service that does not serve yet. They prove
// nothing until they are accepted.
func TestAConnectionIsNoProofUntilItIsAccepted(t *testing.T) {
	const late = 300 * time.Millisecond
	s := newSpec("s", guardtest.Serves)
	s.Command = append([]string{"sh", "-c", fmt.Sprintf(`sleep %.1f; LISTEN_PID=$$ exec "$0" "$@"`, late.Seconds())}, s.Command...)
	s.Listen = guardtest.FreeAddress(t)
	s.Ready.TCP = s.Listen
	s.Health = spec.Health{Check: spec.Check{TCP: s.Listen}, Interval: 20 * time.Millisecond, Failures: 2}
	m := newManager(t, s)
	startAll(t, m)
	first := awaitState(t, m, "s", Ready)
	if took := first.Ready.Sub(first.Started); took < late {
		t.Errorf("it was ready after %v, before it accepted", took)
	}
	must(t, syscall.Kill(first.PID, syscall.SIGSTOP))
	unhealthy := await(t, m, "s", "unhealthy", func(s Service) bool { return s.Problem != nil })
	if unhealthy.Problem.Answer.Kind != AnswerUnaccepted {
		t.Errorf("the problem is %v", unhealthy.Problem)
	}
}

// A service that says STOPPING=1 is left to end in peace.
func TestAServiceThatStopsByItselfIsNotUnhealthy(t *testing.T) {
	s := newSpec("s", guardtest.Notifies, "READY=1", "STOPPING=1\nSTATUS=saving")
	s.Ready.Notify = true
	s.Health = spec.Health{Check: spec.Check{TCP: "127.0.0.1:9"}, Interval: 100 * time.Millisecond, Failures: 1}
	m := newManager(t, s)
	startAll(t, m)
	first := await(t, m, "s", "stopping", func(s Service) bool { return s.Status == "saving" })
	time.Sleep(3 * s.Health.Interval)
	if now := awaitState(t, m, "s", Ready); now.PID != first.PID || now.Problem != nil {
		t.Errorf("it shows %+v, %v", now, now.Problem)
	}
}

// Whatever comes instead of an answer is told as that, and nothing of it can garble a terminal.
func TestWhatIsNoAnswerIsToldAsThat(t *testing.T) {
	for name, c := range map[string]struct {
		printed string
		keep    bool
		want    Answer
	}{
		"closed":                   {"", false, Answer{Kind: AnswerClosed}},
		"a part of a header":       {"HTTP/1.1 200 OK\r\nX: ", false, Answer{Kind: AnswerClosed}},
		"never comes to its end":   {"HTTP/1.1 200 OK\r\nX: ", true, Answer{Kind: AnswerUnfinished}},
		"another protocol":         {"SSH-2.0-OpenSSH_9.2p1\r\n", false, Answer{Kind: AnswerNotHTTP, Detail: "SSH-2.0-OpenSSH_9.2p1"}},
		"with escape sequences":    {"\x00\x1b]0;owned\x07\x1b[31mred\u202e\r\n", false, Answer{Kind: AnswerNotHTTP, Detail: `red\u202e`}},
		"a status with them, too":  {"HTTP/1.1 500 \x1b[31mBad\x07 \u202ething\r\n\r\n", false, Answer{Kind: AnswerStatus, Status: `500 Bad \u202ething`}},
		"a body that is cut short": {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhe", false, Answer{Kind: AnswerClosed}},
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			_, _ = http.ReadRequest(bufio.NewReader(conn))
			fmt.Fprint(conn, c.printed)
			if c.keep {
				_, _ = conn.Read(make([]byte, 1)) // until the other end gives up
			}
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		err = ask(ctx, spec.Check{HTTP: "http://" + listener.Addr().String(), Body: "hello"}, nil)
		cancel()
		listener.Close()
		if got := answerOf(err); *got != c.want {
			t.Errorf("%s: %v, want %v", name, got, &c.want)
		}
	}
	name := "no-such-computer.invalid"
	if got := answerOf(ask(t.Context(), spec.Check{HTTP: "http://" + name + ":80/"}, nil)); *got != (Answer{Kind: AnswerNoHost, Detail: name}) {
		t.Errorf("a name that is none: %v", got)
	}
}

// A pattern with a line's end in it, as YAML makes of "\n", is told in one line.
func TestAPatternIsToldInOneLine(t *testing.T) {
	if _, told := proof(spec.Ready{Log: "on \\d+\n\x1b[0mü"}); told != `on \d+\n\x1b[0mü` {
		t.Errorf("it is told as %q", told)
	}
}
