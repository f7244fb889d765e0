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

// reportTimeout is how long one report may take.
const reportTimeout = 5 * time.Second

// reporter reports to the instance which answers are being written, so that the next start
// knows those that a crash interrupted. Reports are sent in order by a goroutine of its own,
// so that no answer waits for them. Without an instance it does nothing.
type reporter struct {
	instance *control.Client // or nil
	service  string
	ctx      context.Context // cancelled by close
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

// started reports that an answer is being written in a conversation. title is called when
// the report is sent.
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

// ended reports that an answer is finished, stopped or failed.
func (r *reporter) ended(conversation string) {
	r.add(func(ctx context.Context) error {
		err := r.instance.EndWorkflow(ctx, r.service, conversation)
		var refused *control.Refused
		if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
			return nil // its start could not be reported
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

// send sends the queued reports, and returns when there are none or the reporter is closed.
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
			log.Printf("report an answer to the session record: %v", err)
		}
		cancel()
	}
}

// close stops reporting and waits for its goroutine. Answers that are still being written
// are not reported as ended: the instance records them as interrupted by the process's end.
func (r *reporter) close() {
	r.mu.Lock()
	r.stop()
	r.mu.Unlock()
	r.work.Wait()
}
