package chat

import (
	"context"
	"errors"
	"log"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"

	"agents-tray/manager/control"
)

// reportTimeout bounds one report.
const reportTimeout = 5 * time.Second

// A reporter tells the instance that runs the Chat which answers are being written, so
// that the next start knows of those that a crash has cut off. Reports go out in order,
// beside the answers: none of them waits. Without an instance it does nothing.
type reporter struct {
	instance *control.Client // nil: nobody is told
	service  string
	ctx      context.Context // ends with the Chat
	stop     context.CancelFunc

	mu      sync.Mutex
	queue   []func(context.Context) error
	sending bool
	work    sync.WaitGroup
}

func newReporter(instance *control.Client, service string) *reporter {
	r := &reporter{instance: instance, service: service}
	r.ctx, r.stop = context.WithCancel(context.Background())
	return r
}

// began reports that an answer is being written in a conversation, whose title is asked
// for when it is needed.
func (r *reporter) started(conversation string, title func() (string, error)) {
	started := time.Now()
	r.add(func(ctx context.Context) error {
		title, err := title()
		if err != nil {
			return err
		}
		title = strings.Map(func(c rune) rune {
			if unicode.IsControl(c) {
				return -1
			}
			return c
		}, title)
		return r.instance.SetWorkflow(ctx, control.Workflow{
			ID: conversation, Source: r.service, Name: "Answer in “" + title + "”", Started: started, Page: "/c/" + conversation,
		})
	})
}

// ended reports that it is finished, stopped or failed.
func (r *reporter) ended(conversation string) {
	r.add(func(ctx context.Context) error {
		err := r.instance.EndWorkflow(ctx, r.service, conversation)
		var refused *control.Refused
		if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
			return nil // its beginning could not be told
		}
		return err
	})
}

func (r *reporter) add(report func(context.Context) error) {
	if r.instance == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue = append(r.queue, report)
	if !r.sending && r.ctx.Err() == nil {
		r.sending = true
		r.work.Go(r.send)
	}
}

// tell sends what waits.
func (r *reporter) send() {
	for {
		r.mu.Lock()
		if len(r.queue) == 0 || r.ctx.Err() != nil {
			r.sending = false
			r.mu.Unlock()
			return
		}
		report := r.queue[0]
		r.queue = r.queue[1:]
		r.mu.Unlock()
		ctx, cancel := context.WithTimeout(r.ctx, reportTimeout)
		if err := report(ctx); err != nil && r.ctx.Err() == nil {
			log.Printf("the session record does not know of an answer: %v", err)
		}
		cancel()
	}
}

// close ends the reporting. What was reported ends with this process, and the answers
// that are cut off by its end are not over.
func (r *reporter) close() {
	r.mu.Lock()
	r.stop()
	r.mu.Unlock()
	r.work.Wait()
}
