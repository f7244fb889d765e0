package guardtest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
)

// A Witness is a process of another program: it is not below this one and carries none of
// the variables of package proctree, unless the test gives it one. It reports every signal
// that it can receive.
type Witness struct {
	PID    int
	t      testing.TB
	handle *os.Process
	lines  *bufio.Scanner
}

// elsewhere is a process that starts a witness and ends. With an argument it
// tries to have it get that process id.
const elsewhere = "elsewhere"

// StartWitness starts one; change may give it an environment, or another user.
func StartWitness(t testing.TB, change func(*exec.Cmd), arguments ...string) *Witness {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	command := Command(elsewhere, arguments...)
	// Not by its name: another user may not come as far as the file.
	cmd := &exec.Cmd{Path: "/proc/self/exe", Args: command, Env: os.Environ(), Dir: "/", Stdout: write, Stderr: os.Stderr}
	if change != nil {
		change(cmd)
	}
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	w := &Witness{t: t, lines: bufio.NewScanner(read)}
	if !w.lines.Scan() {
		t.Fatal("the witness does not say who it is")
	}
	if w.PID, err = strconv.Atoi(w.lines.Text()); err == nil {
		w.handle, err = os.FindProcess(w.PID)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.End()
		read.Close()
	})
	return w
}

// End ends the witness.
func (w *Witness) End() {
	_ = w.handle.Kill() // ended already: so it was killed, and told
	for w.lines.Scan() {
	}
}

// Untouched fails the test if the process got a signal or has ended.
func (w *Witness) Untouched(what string) {
	w.t.Helper()
	// Whatever came before the first of two is told before the second.
	for range 2 {
		if err := w.handle.Signal(marker); err != nil {
			w.t.Errorf("%s has ended: %v", what, err)
			return
		}
		for {
			if !w.lines.Scan() {
				w.t.Errorf("%s was killed", what)
				return
			}
			if w.lines.Text() == marker.String() {
				break
			}
			w.t.Errorf("%s got the signal %q", what, w.lines.Text())
		}
	}
}

// witness is the main function of a witness.
func witness() {
	signals := make(chan os.Signal, 64)
	signal.Notify(signals)
	fmt.Println(os.Getpid())
	for s := range signals {
		if !ordinary(s) {
			fmt.Println(s)
		}
	}
}

// goElsewhere starts a witness and returns.
func goElsewhere(arguments []string) {
	argv := Command(Witnesses)
	attributes := &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}, Sys: attributes(true)}
	if len(arguments) > 0 { // no process and no thread may be made from here to the fork
		last, err := syscall.Open("/proc/sys/kernel/ns_last_pid", syscall.O_WRONLY, 0)
		if wanted, _ := strconv.Atoi(arguments[0]); err == nil { // the test's own number, and root
			_, _ = syscall.Write(last, []byte(strconv.Itoa(wanted-1))) // the caller looks what came of it
		}
	}
	if _, err := syscall.ForkExec("/proc/self/exe", argv, attributes); err != nil {
		fmt.Fprintln(os.Stderr, "elsewhere:", err)
		os.Exit(2)
	}
}

// marker is the signal of the test itself.
const marker = syscall.SIGUSR1

// ordinary reports whether the Go runtime sends itself the signal.
func ordinary(s os.Signal) bool { return s == syscall.SIGURG }
