// Command report tells people what go test -json says on its standard input: a line for
// each package, the whole output of each test that did not pass, and last of all
//
//	12 passed, 0 failed
//
// A skipped test counts as failed: packaging/test installs whatever tests drive, so none
// has a reason to skip. The exit status is 1 when any failed.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
)

func main() {
	r := newReport(os.Stdout)
	if err := r.read(os.Stdin); err != nil {
		log.Fatal("read the test events: ", err)
	}
	r.end()
	if r.failed > 0 {
		os.Exit(1)
	}
}

// event is what go doc test2json describes, with the build events of go help buildjson.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

type test struct{ Package, Name string }

type report struct {
	out            io.Writer
	passed, failed int
	pending        map[test]string // the output of tests that have not ended
	fails          map[string]int  // per package
}

func newReport(out io.Writer) *report {
	return &report{out: out, pending: map[test]string{}, fails: map[string]int{}}
}

func (r *report) read(events io.Reader) error {
	lines := bufio.NewReader(events)
	for {
		line, err := lines.ReadBytes('\n')
		var e event
		if json.Unmarshal(line, &e) == nil {
			r.add(e)
		} else {
			fmt.Fprintf(r.out, "%s", line) // go itself speaks
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) add(e event) {
	t := test{e.Package, e.Test}
	switch {
	case e.Action == "build-output":
		fmt.Fprint(r.out, e.Output)
	case e.Action == "output" && e.Test == "":
		if e.Output != "PASS\n" {
			fmt.Fprint(r.out, e.Output)
		}
	case e.Action == "run":
		r.pending[t] = ""
	case e.Action == "output":
		if !strings.HasPrefix(e.Output, "=== ") {
			r.pending[t] += e.Output
		}
	case e.Action == "pass" && e.Test != "":
		delete(r.pending, t)
		r.passed++
	case (e.Action == "fail" || e.Action == "skip") && e.Test != "":
		r.fail(t)
	case e.Action == "fail":
		r.failPackage(e.Package)
	}
}

func (r *report) end() {
	fmt.Fprintf(r.out, "\n%d passed, %d failed\n", r.passed, r.failed)
}

func (r *report) fail(t test) {
	fmt.Fprintf(r.out, "\n%s %s\n%s\n", t.Package, t.Name, r.pending[t])
	delete(r.pending, t)
	r.fails[t.Package]++
	r.failed++
}

// failPackage ends the tests that a panic or the time limit left without an end, and
// counts a package that did not build, or failed outside its tests, as one failure.
func (r *report) failPackage(name string) {
	for t := range r.pending {
		if t.Package == name {
			r.fail(t)
		}
	}
	if r.fails[name] == 0 {
		r.failed++
	}
}
