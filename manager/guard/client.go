package guard

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"

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
	cmd    *exec.Cmd
	events chan Event
	done   chan struct{}
	err    error // valid once done is closed

	mu       sync.Mutex
	requests *os.File // nil once closed
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
		events: make(chan Event, 64), done: make(chan struct{}), requests: requestsWrite,
	}
	if err := c.cmd.Start(); err != nil {
		eventsRead.Close()
		requestsWrite.Close()
		return nil, fmt.Errorf("start the guard: %w", err)
	}
	go c.read(eventsRead)
	hello.Version = Version
	return c, c.Send(Request{Hello: &hello})
}

// read owns the event pipe and the process until both have ended.
func (c *Client) read(pipe *os.File) {
	defer pipe.Close()
	broken := messages(pipe, func(e Event) error { c.events <- e; return nil })
	if broken != nil { // not the protocol: close the pipe, which ends the guard
		c.Close()
	}
	c.err = errors.Join(broken, c.cmd.Wait())
	c.Close()
	close(c.done)
	close(c.events)
}

// Send sends a request. It fails once the guard has ended; Events is closed then.
func (c *Client) Send(r Request) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.requests == nil {
		return errors.New("the guard is gone")
	}
	if _, err := c.requests.Write(encode(r)); err != nil {
		return fmt.Errorf("the guard does not listen: %w", err)
	}
	return nil
}

// Close closes the pipe of requests: the guard stops everything and exits.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.requests != nil {
		c.requests.Close()
		c.requests = nil
	}
}

// Kill ends a guard that does not answer, even a stopped one. What it leaves is to be
// ended by proctree.Sweep.
func (c *Client) Kill() { _ = c.cmd.Process.Kill() } // fails only if it has ended

// Events returns the guard's events, in order. The channel is closed once the guard has
// exited, and must be received from until then.
func (c *Client) Events() <-chan Event { return c.events }

// PID is the guard's process id.
func (c *Client) PID() int { return c.cmd.Process.Pid }

// Err returns nil if the guard exited after confirming that nothing is left. It may
// be called once Events is closed.
func (c *Client) Err() error {
	<-c.done
	return c.err
}
