package chat

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"agents-tray/manager/control"
	"agents-tray/services/chat/modeltest"
	"agents-tray/services/web/webtest"
)

// reports is an instance that takes reports of workflows and nothing else.
type reports struct {
	control.Instance
	received chan control.Workflow // without a name: it has ended
	hold     chan struct{}         // if set, responses wait until it is closed
}

func (r *reports) SetWorkflow(w control.Workflow) error {
	if r.hold != nil {
		<-r.hold
	}
	r.received <- w
	return nil
}

func (r *reports) EndWorkflow(source, id string) error {
	r.received <- control.Workflow{Source: source, ID: id}
	return nil
}

// next waits for the next report.
func (r *reports) next(t *testing.T) control.Workflow {
	t.Helper()
	return webtest.Next(t, r.received)
}

// serveReporting starts a Chat that is a service of an instance.
func serveReporting(t *testing.T, r *reports, model *modeltest.Server) *app {
	t.Helper()
	r.received = make(chan control.Workflow, 16)
	listener, address, err := control.Listen(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	instance := control.Serve(listener, address, r)
	t.Cleanup(instance.Close)
	a := start(t, "127.0.0.1:0", Options{
		Database: filepath.Join(t.TempDir(), "chat.db"), Instance: control.NewClient(address), Service: "talk",
	})
	a.use(model, "")
	return a
}

func TestAnAnswerIsReportedWhileItIsWritten(t *testing.T) {
	r, model := &reports{}, modeltest.New(t, "tiny")
	a := serveReporting(t, r, model)
	before := time.Now()
	id := a.begin("Count \x1b[31mto three\nand more")
	turn := model.Next(t)
	w := r.next(t)
	if w.Source != "talk" || w.ID != id || w.Name != "Answer in “Count [31mto three”" || w.Page != "/c/"+id || w.Again != nil {
		t.Errorf("reported as %+v", w)
	}
	if w.Started.Before(before.Add(-time.Second)) || w.Started.After(time.Now()) {
		t.Errorf("begun at %v", w.Started)
	}
	turn.Answer("one")
	a.finished(id)
	if w := r.next(t); w.ID != id || w.Name != "" {
		t.Errorf("after its end: %+v", w)
	}
	for _, end := range []string{"stop", "fail"} {
		a.post("/api/conversations/"+id+"/messages", map[string]string{"text": "More"})
		turn := model.Next(t)
		if w := r.next(t); w.ID != id || w.Name == "" {
			t.Errorf("before %s: %+v", end, w)
		}
		if end == "stop" {
			a.post("/api/conversations/"+id+"/stop", nil)
			turn.Left()
		} else {
			turn.Answer("")
		}
		if w := r.next(t); w.ID != id || w.Name != "" {
			t.Errorf("after %s: %+v", end, w)
		}
	}
}

// An answer that the end of the Chat interrupts is not reported as ended: the instance
// records it as interrupted.
func TestAnswersInterruptedByTheEndAreNotReportedAsEnded(t *testing.T) {
	r, model := &reports{}, modeltest.New(t, "tiny")
	a := serveReporting(t, r, model)
	a.begin("Count")
	turn := model.Next(t)
	r.next(t)
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	turn.Left()
	if len(r.received) != 0 {
		t.Errorf("it reported %+v", <-r.received)
	}
}

// Answers do not wait for an instance that does not respond or does not exist.
func TestAnswersDoNotWaitForReports(t *testing.T) {
	r, model := &reports{hold: make(chan struct{})}, modeltest.New(t, "tiny")
	a := serveReporting(t, r, model)
	for n := range 3 {
		id := a.begin(fmt.Sprint("Hello ", n))
		model.Next(t).Answer("Hello")
		if m := a.finished(id); m.Text != "Hello" {
			t.Errorf("got %+v", m)
		}
	}
	close(r.hold)
	for range 3 {
		begun, ended := r.next(t), r.next(t)
		if begun.ID != ended.ID || begun.Name == "" || ended.Name != "" {
			t.Errorf("reported %+v, then %+v", begun, ended)
		}
	}

	lost := newReporter(control.NewClient(control.Address{Network: "unix", Address: filepath.Join(t.TempDir(), "nobody")}), "talk")
	lost.started("x", func() (string, error) { return "x", nil })
	lost.work.Wait()
	lost.close()
	byItself := newReporter(nil, "")
	byItself.add(func(context.Context) error { t.Error("nobody is to be told"); return nil })
	byItself.close()
}
