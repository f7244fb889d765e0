package guard

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
)

// Program says how to run the guard: this program with the argument that makes it one
// (see IsGuard).
type Program struct {
	Path string   // the file to execute
	Args []string // argv, from argv[0]
	Mark string   // value of AGENTS_TRAY_RUN for the guard and everything below it
}

// Self returns this very program as guard, with the mark of this process. Its file may
// be replaced or removed while it runs, by an upgrade for one; where the system allows,
// what runs can be run again all the same.
func Self() Program {
	path := ownPath
	if path == "" {
		var err error
		if path, err = os.Executable(); err != nil {
			path = os.Args[0]
		}
	}
	return Program{Path: path, Args: []string{"agents-tray", "guard"}, Mark: Mark()}
}

// Mark is new in each process, and always the same there.
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

// Launch starts a guard and says hello to it.
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
				MarkEnvironment + "=" + program.Mark, guardEnvironment + "=" + rand.Text(),
			}),
			Stdin: requestsRead, Stdout: eventsWrite,
			SysProcAttr: guardAttributes(),
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
	if broken != nil { // it talks nonsense: end the conversation, which ends the guard
		c.Close()
	}
	c.err = errors.Join(broken, c.cmd.Wait())
	c.Close()
	close(c.done)
	close(c.events)
}

// Send tells the guard something. It fails when the guard is gone; Events ends then.
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

// Close ends the conversation: the guard stops everything and exits.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.requests != nil {
		c.requests.Close()
		c.requests = nil
	}
}

// Kill ends a guard that does not answer, even a stopped one. What it leaves behind
// is for Sweep.
func (c *Client) Kill() { _ = c.cmd.Process.Kill() } // finished already: so much the better

// Events gives what the guard says, in order. It is closed once the guard has exited,
// and must be read until then.
func (c *Client) Events() <-chan Event { return c.events }

// PID is the guard's process id.
func (c *Client) PID() int { return c.cmd.Process.Pid }

// Err returns nil if the guard exited after confirming that nothing is left. It may
// be called once Events is closed.
func (c *Client) Err() error {
	<-c.done
	return c.err
}
