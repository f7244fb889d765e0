package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestReportsArriveWhole(t *testing.T) {
	i := &instance{}
	client := NewClient(serve(t, i, t.TempDir()))
	report := Workflow{
		ID: "7/ä b", Source: "mail-sorter", Name: "Sort the mail – all of it", Started: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		Page: "/runs/7?all=1", Again: []string{"sort", "--all", "two\nlines"}, Note: "halfway",
	}
	must(t, client.SetWorkflow(t.Context(), report))
	must(t, client.EndWorkflow(t.Context(), report.Source, report.ID))
	if want := []string{fmt.Sprintf("%+v", report), "end mail-sorter 7/ä b"}; !slices.Equal(i.asked, want) {
		t.Errorf("it heard %q, not %q", i.asked, want)
	}
	if active, err := client.Workflows(t.Context()); err != nil || active == nil || len(active) != 0 {
		t.Errorf("under way: %v, %v", active, err)
	}
	if service, err := client.RunAgain(t.Context(), "mail-sorter", "7"); err != nil || service != "again-7" {
		t.Errorf("run again by %q, %v", service, err)
	}
	var refused *Refused
	if _, err := client.RunAgain(t.Context(), "mail-sorter", "gone"); !errors.As(err, &refused) || refused.Status != http.StatusNotFound || refused.Message != "nobody knows it" {
		t.Errorf("of one that is not there: %v", err)
	}
}

// What is wrong with a report is said in words that name the part.
func TestBadReportsAreRefused(t *testing.T) {
	good := Workflow{ID: "1", Source: "chat", Name: "nightly-report"}
	for says, spoil := range map[string]func(*Workflow){
		"id: give 1 to 128":   func(w *Workflow) { w.ID = strings.Repeat("x", 129) },
		"id: give":            func(w *Workflow) { w.ID = "a\nb" },
		"name: give 1 to 200": func(w *Workflow) { w.Name = " " },
		"name: give":          func(w *Workflow) { w.Name = "red \x1b[31m" },
		"200 characters":      func(w *Workflow) { w.Name = strings.Repeat("ä", 201) },
		"is no path":          func(w *Workflow) { w.Page = "javascript:alert(1)" },
		"begin it with one":   func(w *Workflow) { w.Page = "//evil.example/" },
		"as in /runs/7":       func(w *Workflow) { w.Page = `/\evil.example/` },
		"2048 bytes":          func(w *Workflow) { w.Page = "/" + strings.Repeat("x", 2048) },
		"the program to run":  func(w *Workflow) { w.Again = []string{"", "x"} },
		"longer than 8192":    func(w *Workflow) { w.Again = []string{"sh", strings.Repeat("x", 8192)} },
		"zero byte":           func(w *Workflow) { w.Again = []string{"sh\x00"} },
		"note: give at most":  func(w *Workflow) { w.Note = strings.Repeat("x", 501) },
		"64 kB":               func(w *Workflow) { w.Again = []string{strings.Repeat("x", 65<<10)} },
	} {
		i := &instance{}
		client := NewClient(serve(t, i, t.TempDir()))
		report := good
		spoil(&report)
		err := client.SetWorkflow(t.Context(), report)
		var refused *Refused
		if !errors.As(err, &refused) || refused.Status != http.StatusBadRequest || !strings.Contains(refused.Message, says) {
			t.Errorf("for %q it says %v", says, err)
		}
		if len(i.asked) != 0 {
			t.Errorf("%q was passed on", says)
		}
	}
}

func TestMalformedReportsAreRefused(t *testing.T) {
	i := &instance{}
	client := NewClient(serve(t, i, t.TempDir()))
	type raw map[string]any
	for says, body := range map[string]any{
		"cannot be read: json: unknown field": raw{"name": "x", "nmae": "y"},
		"cannot be read: json: cannot":        []string{"x"},
		"name: give":                          raw{},
		"its address of chat/1":               raw{"name": "x", "source": "other"},
		"The report":                          nil,
	} {
		err := client.put(t.Context(), "/v1/workflows/chat/1", body)
		if err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(says)) {
			t.Errorf("for %q it says %v", says, err)
		}
	}
	if len(i.asked) != 0 {
		t.Errorf("passed on: %q", i.asked)
	}
}

func TestHistoryRoutes(t *testing.T) {
	client := NewClient(serve(t, &instance{}, t.TempDir()))
	sessions, err := client.Sessions(t.Context(), 7)
	if err != nil || len(sessions) != 1 || sessions[0].Version != "7" || !sessions[0].Current {
		t.Errorf("%+v, %v", sessions, err)
	}
	events, err := client.SessionEvents(t.Context(), "now", 9)
	if err != nil || len(events) != 1 || events[0].PID != 9 {
		t.Errorf("%+v, %v", events, err)
	}
	_, none := client.SessionEvents(t.Context(), "never", 9)
	_, many := client.Sessions(t.Context(), 100_000)
	for status, err := range map[int]error{http.StatusNotFound: none, http.StatusBadRequest: many} {
		var refused *Refused
		if !errors.As(err, &refused) || refused.Status != status {
			t.Errorf("want status %d: %v", status, err)
		}
	}
}

// slow is an instance whose history takes until it is let go.
type slow struct {
	instance
	asked, answer chan struct{}
}

func (s *slow) Sessions(int) ([]PastSession, error) {
	close(s.asked)
	<-s.answer
	return nil, nil
}

// Once Close has returned the instance may close what it is asked about.
func TestCloseWaitsForWhatIsBeingAnswered(t *testing.T) {
	listener, address, err := Listen(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &slow{asked: make(chan struct{}), answer: make(chan struct{})}
	server := Serve(listener, address, s)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	asking := make(chan struct{})
	go func() {
		defer close(asking)
		_, _ = NewClient(address).Sessions(ctx, 1) // its connection is closed
	}()
	<-s.asked
	closed := make(chan struct{})
	go func() { server.Close(); close(closed) }()
	<-asking // so Close has begun
	select {
	case <-closed:
		t.Error("it did not wait")
	default:
	}
	close(s.answer)
	<-closed
}

func TestInterruptedInOneLine(t *testing.T) {
	var r Review
	for _, row := range []struct{ name, line string }{
		{"a", "1 workflow was active: a"}, {"b", "2 workflows were active: a, b"}, {"c", "3 workflows were active: a, b, c"},
		{"d", "4 workflows were active: a, b, c and 1 more"}, {"e", "5 workflows were active: a, b, c and 2 more"},
	} {
		r.Workflows = append(r.Workflows, ReviewWorkflow{Workflow: Workflow{Name: row.name}})
		if got := r.Interrupted(); got != row.line {
			t.Errorf("%q", got)
		}
	}
	if got := new(Review).Interrupted(); got != "" {
		t.Errorf("of none: %q", got)
	}
}
