package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"agents-tray/manager/words"
)

// spinners shows below all other lines of a terminal what is waited for, a line and a spinner
// each. One goroutine writes to the terminal while it is there.
type spinners struct {
	out      io.Writer
	terminal *os.File    // the terminal that out writes to
	work     chan func() // between two frames
	done     chan struct{}

	lines []waited // of the goroutine
	drawn int      // how many lines are on the screen
	frame int
}

// A waited line is what is waited for, and since when; zero: that does not matter.
type waited struct {
	text  string
	since time.Time
}

const frameTime = 80 * time.Millisecond

var frames = []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

// newSpinners starts to show one line.
func newSpinners(out io.Writer, terminal *os.File, first string) *spinners {
	s := &spinners{out: out, terminal: terminal, work: make(chan func()), done: make(chan struct{}), lines: []waited{{text: first}}}
	go s.run()
	return s
}

// run draws until work is closed.
func (s *spinners) run() {
	defer close(s.done)
	tick := time.NewTicker(frameTime)
	defer tick.Stop()
	for {
		s.draw()
		select {
		case do, more := <-s.work:
			s.erase()
			if !more {
				return
			}
			do()
		case <-tick.C:
			s.frame++
			s.erase()
		}
	}
}

// above prints above the lines. It returns when that is printed.
func (s *spinners) above(print func()) {
	printed := make(chan struct{})
	s.work <- func() { defer close(printed); print() }
	<-printed
}

// show has these lines shown from now on.
func (s *spinners) show(lines []waited) { s.above(func() { s.lines = lines }) }

// end takes all lines away.
func (s *spinners) end() {
	close(s.work)
	<-s.done
}

// Sequences of a terminal, of ECMA-48 and DEC.
const (
	upAndErased = "\x1b[A\x1b[2K" // one line each: some terminals keep what is erased as a whole screen
	withoutWrap = "\x1b[?7l"
	withWrap    = "\x1b[?7h"
)

// erase goes back to where the first line began, and clears what is there.
func (s *spinners) erase() {
	_, _ = io.WriteString(s.out, "\r"+strings.Repeat(upAndErased, s.drawn)) // whoever looked may be gone
	s.drawn = 0
}

// draw writes the lines, none of them longer or more than the terminal takes: the terminal
// must not break or scroll what is to be erased. It alone knows how wide letters are.
func (s *spinners) draw() {
	width, height, err := term.GetSize(int(s.terminal.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		width, height = 80, 24
	}
	lines := make([]string, len(s.lines))
	for i, line := range s.lines {
		lines[i] = line.text
		if d := time.Since(line.since); !line.since.IsZero() && d >= time.Second {
			lines[i] += " for " + words.English.Duration(d.Truncate(time.Second))
		}
	}
	if most := max(1, height-2); len(lines) > most {
		lines = append(lines[:most-1], fmt.Sprintf("and %d more", len(lines)-most+1))
	}
	var b strings.Builder
	b.WriteString(withoutWrap)
	for _, line := range lines {
		text := []rune(fmt.Sprintf("  %c %s", frames[s.frame%len(frames)], line))
		b.WriteString(string(text[:min(len(text), width-1)]) + "\n")
	}
	b.WriteString(withWrap)
	_, _ = io.WriteString(s.out, b.String()) // as above
	s.drawn = len(lines)
}
