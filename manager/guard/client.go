package guard

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"

	"agents-tray/manager/guard/proctree"
)

// Program says how to run the guard: this program with the argument that makes it one
// (see IsGuard).
type Program struct {
	Path string   // the file to execute
	Args []string // argv, from argv[0]
	Mark string   // value of proctree.SessionVariable for the guard and everything below it
}

// Self returns this program as guard, with the mark of this process. Where the system
// allows, it can be executed even after its file was replaced, as by an upgrade.
func Self() Program {
	return Program{Path: proctree.Program(), Args: []string{"agents-tray", "guard"}, Mark: Mark()}
}

// Mark identifies this process: a random text, the same in each call.
var Mark = sync.OnceValue(rand.Text)

// A Client is the tray's end of the pipes to one guard process.
type Client struct {
	cmd     *exec.Cmd
	events  chan Event
	done    chan struct{}
	err     error         // valid once done is closed
	more    chan struct{} // receives when there is something in requests, or it is closed
	refused chan struct{} // receives when there is something in refusals

	mu       sync.Mutex
	requests []byte // still to be written
	refusals []Event
	closed   bool // no request is taken any more
	answers  answers
	stuck    error // that it was killed for; nil: it was not
}

// A StuckError says that the guard was killed because it did nothing any more.
type StuckError struct {
	Service string // that it was starting, as far as is known; "": none
}

func (e *StuckError) Error() string {
	if e.Service == "" {
		return "it did not answer any more"
	}
	return "it did not answer any more when it was to start " + e.Service
}

// Launch starts a guard and sends hello.
func Launch(program Program, hello Hello) (*Client, error) {
	requestsRead, requestsWrite, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start the guard: %w", err)
	}
	defer requestsRead.Close()
	eventsRead, eventsWrite, err := os.Pipe()
	if err != nil {
		requestsWrite.Close()
		return nil, fmt.Errorf("start the guard: %w", err)
	}
	defer eventsWrite.Close()
	c := &Client{
		cmd: &exec.Cmd{
			Path: program.Path, Args: program.Args,
			Env: slices.Concat(os.Environ(), []string{
				proctree.SessionVariable + "=" + program.Mark, proctree.GuardVariable + "=" + rand.Text(),
			}),
			Stdin: requestsRead, Stdout: eventsWrite,
			SysProcAttr: proctree.DetachedAttributes(),
		},
		events: make(chan Event, 64), done: make(chan struct{}), more: make(chan struct{}, 1), refused: make(chan struct{}, 1),
	}
	c.answers.mu, c.answers.missing = &c.mu, func() {
		c.stuck = &StuckError{c.answers.stuckAt()}
		c.Kill()
	}
	if err := c.cmd.Start(); err != nil {
		eventsRead.Close()
		requestsWrite.Close()
		return nil, fmt.Errorf("start the guard: %w", err)
	}
	go c.write(requestsWrite)
	go c.read(eventsRead)
	hello.Version = Version
	return c, c.Send(Request{Hello: &hello})
}

// read owns the event pipe and the process until both have ended.
func (c *Client) read(pipe *os.File) {
	defer pipe.Close()
	var left, broken error
	received := make(chan Event)
	go func() {
		defer close(received)
		broken = messages(pipe, func(e Event) error { received <- e; return nil })
	}()
	for open := true; open; {
		var e Event
		select {
		case e, open = <-received:
			switch {
			case !open:
			case e.Left != nil && e.Left.Err() != nil: // it comes with the end
				left = e.Left.Err()
			default:
				c.mu.Lock()
				c.answers.got(e)
				c.mu.Unlock()
				c.events <- e
			}
		case <-c.refused:
			c.mu.Lock()
			refusals := c.refusals
			c.refusals = nil
			c.mu.Unlock()
			for _, e := range refusals {
				c.events <- e
			}
		}
	}
	if broken != nil { // not the protocol: close the pipe, which ends the guard
		c.Close()
	}
	ended := c.cmd.Wait()
	if left != nil {
		ended = left // its status says no more
	}
	c.Close()
	c.mu.Lock()
	c.err = errors.Join(broken, c.stuck, ended)
	c.mu.Unlock()
	close(c.done)
	close(c.events)
}

// write owns the request pipe until Close. A guard that does not read counts as lost.
func (c *Client) write(pipe *os.File) {
	defer pipe.Close()
	for range c.more {
		c.mu.Lock()
		requests, closed := c.requests, c.closed
		c.requests = nil
		c.mu.Unlock()
		if len(requests) > 0 {
			stuck := time.AfterFunc(sendTimeout, c.Kill)
			_, err := pipe.Write(requests)
			stuck.Stop()
			if err != nil { // the guard has ended, or is about to, which read tells
				c.Close()
				return
			}
		}
		if closed {
			return
		}
	}
}

// Send sends a request, without waiting for the guard to read it. The error says that the
// guard has ended or is about to, which the end of Events tells, too.
func (c *Client) Send(r Request) error {
	line := encode(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errors.New("the guard is gone")
	}
	if len(line) > maxMessage && r.Start != nil { // no system would start it either
		c.refusals = append(c.refusals, Event{Refused: &Refused{Service: r.Start.Service, Run: r.Start.Run, Reason: TooLarge, Error: errTooLarge.Error()}})
		wake(c.refused)
		return nil
	}
	c.answers.owe(r)
	c.requests = append(c.requests, line...)
	wake(c.more)
	return nil
}

// Close closes the pipe of requests, after those that have been sent: the guard stops
// everything and exits.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.answers.none()
	wake(c.more)
}

// wake has the owner of the channel look again, unless it is about to.
func wake(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Kill ends a guard that does not answer, even a stopped one. What it leaves is to be
// ended by proctree.Sweep.
func (c *Client) Kill() { _ = c.cmd.Process.Kill() } // fails only if it has ended

// Events returns the guard's events, in order; of Left only one that confirms that nothing
// is left, Err has the others. The channel is closed once the guard has exited, and must be
// received from until then.
func (c *Client) Events() <-chan Event { return c.events }

// PID is the guard's process id.
func (c *Client) PID() int { return c.cmd.Process.Pid }

// Err returns nil if the guard exited after confirming that nothing is left, and a
// *proctree.LeftError if it exited after telling what is. It may be called once Events is
// closed.
func (c *Client) Err() error {
	<-c.done
	return c.err
}
