package peer

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// connect returns both ends of a connection to an address of this computer.
func connect(t testing.TB, address string) (near, far net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	far, err = net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	near, err = listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

func TestOwnConnections(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0", "[::ffff:127.0.0.1]:0"} {
		near, far := connect(t, address)
		if err := Check(near); err != nil {
			t.Errorf("%s: %v", address, err)
		}
		if err := Check(far); err != nil { // the listening socket is closed by now
			t.Errorf("%s, the other way: %v", address, err)
		}
	}
}

// counts are those that a gate has reported.
type counts struct {
	mu   sync.Mutex
	list []int
}

func (c *counts) add(count int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, count)
}

func (c *counts) now() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.list)
}

// counted is a gate that finds err, and the counts that it reports.
func counted(err error) (*Gate, *counts) {
	c := new(counts)
	return &Gate{Check: func(net.Conn) error { return err }, Report: c.add}, c
}

// A flood of another user's connections once could have filled the record.
func TestRefusalsAreReportedOnceAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, counts := counted(ErrOtherUser)
		defer g.Close()
		refuse := func(count int) {
			for range count {
				g.ConnContext(t.Context(), nil)
			}
			synctest.Wait()
		}
		expect := func(want ...int) {
			t.Helper()
			synctest.Wait()
			if got := counts.now(); !slices.Equal(got, want) {
				t.Fatalf("reported %v, not %v", got, want)
			}
		}
		refuse(1)
		expect(1) // at once
		refuse(1000)
		time.Sleep(59 * time.Minute)
		expect(1)
		time.Sleep(time.Minute + time.Second)
		expect(1, 1000)
		refuse(2)
		expect(1, 1000)
		time.Sleep(time.Hour)
		expect(1, 1000, 2)
		time.Sleep(3 * time.Hour)
		refuse(1)
		expect(1, 1000, 2, 1)
		refuse(3)
		g.Close()
		expect(1, 1000, 2, 1, 3)
		refuse(1)
		expect(1, 1000, 2, 1, 3)
	})
}

func TestWhoHasGoneIsNotCounted(t *testing.T) {
	g, counts := counted(ErrGone)
	ctx := g.ConnContext(t.Context(), nil)
	handler := g.Protect(http.NotFoundHandler(), func(w http.ResponseWriter, _ *http.Request, err error) {
		if !errors.Is(err, ErrGone) {
			t.Error(err)
		}
		w.WriteHeader(http.StatusForbidden)
	})
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "/", nil).WithContext(ctx))
	if g.Close(); w.Code != http.StatusForbidden || len(counts.now()) != 0 {
		t.Errorf("status %d, reported %v", w.Code, counts.now())
	}
}

func BenchmarkCheck(b *testing.B) {
	near, _ := connect(b, "127.0.0.1:0")
	for b.Loop() {
		if err := Check(near); err != nil {
			b.Fatal(err)
		}
	}
}
