package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/fatih/color"
	"golang.org/x/term"

	"agents-tray/manager/logs"
)

// serviceLine is a line of a service's log.
type serviceLine struct {
	service string
	logs.Line
}

// recent are the lines of a service that are not older than since; 0: all. A line without
// a time is as old as the one before it.
func recent(service string, lines []logs.Line, since time.Duration) []serviceLine {
	oldest := time.Now().Add(-since)
	var kept []serviceLine
	var last time.Time
	for _, line := range lines {
		if !line.Time.IsZero() {
			last = line.Time
		}
		if since == 0 || !last.Before(oldest) {
			kept = append(kept, serviceLine{service, line})
		}
	}
	return kept
}

// sortByTime merges the lines of several services. Those of one service stay in their
// order.
func sortByTime(lines []serviceLine) {
	times := make(map[string]time.Time, len(lines))
	at := make([]time.Time, len(lines))
	order := make([]int, len(lines))
	for i, line := range lines {
		if line.Time.After(times[line.service]) {
			times[line.service] = line.Time
		}
		at[i], order[i] = times[line.service], i
	}
	slices.SortStableFunc(order, func(a, b int) int { return at[a].Compare(at[b]) })
	sorted := make([]serviceLine, len(lines))
	for i, n := range order {
		sorted[i] = lines[n]
	}
	copy(lines, sorted)
}

// logColors tell services apart in a terminal.
var logColors = []color.Attribute{color.FgCyan, color.FgYellow, color.FgGreen, color.FgMagenta, color.FgBlue, color.FgRed}

// logPrinter prints lines.
type logPrinter struct {
	out      *bufio.Writer
	terminal bool
	prefixes map[string]string // by service; empty where there is one
}

// newLogPrinter prints lines of those services. Names have colours in a terminal, unless
// NO_COLOR is set.
func newLogPrinter(out io.Writer, names []string) *logPrinter {
	file, isFile := out.(*os.File)
	p := &logPrinter{out: bufio.NewWriter(out), terminal: isFile && term.IsTerminal(int(file.Fd())), prefixes: map[string]string{}}
	if len(names) < 2 {
		return p
	}
	width := 0
	for _, name := range names {
		width = max(width, len(name))
	}
	for i, name := range names {
		c := color.New(logColors[i%len(logColors)])
		if c.EnableColor(); !p.terminal || os.Getenv("NO_COLOR") != "" {
			c.DisableColor()
		}
		p.prefixes[name] = c.Sprintf("%-*s | ", width, name)
	}
	return p
}

func (p *logPrinter) print(lines []serviceLine) error {
	for _, line := range lines {
		text := logs.Plain(line.Text)
		if coloured := logs.Coloured(line.Text); p.terminal && coloured != text { // no other sequence reaches anything
			text = coloured + "\x1b[0m" // its colour ends with it
		}
		p.out.WriteString(p.prefixes[line.service])
		if !line.Time.IsZero() {
			fmt.Fprintf(p.out, "%s %-3s ", line.Time.Local().Format("2006-01-02 15:04:05.000"), line.Stream)
		}
		fmt.Fprintln(p.out, text)
	}
	return p.out.Flush()
}
