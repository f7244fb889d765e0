package logs

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// Why a process has ended comes first, however much it has printed besides.
func TestTheReasonComesFirst(t *testing.T) {
	type printed struct{ stream, text string }
	noise := func(stream string, count int) (lines []printed) {
		for n := range count {
			lines = append(lines, printed{stream, fmt.Sprintf("GET /page/%d 200", n)})
		}
		return lines
	}
	traceback := []printed{
		{Err, "Traceback (most recent call last):"}, {Err, `  File "app.py", line 3, in <module>`}, {Err, "    import flask"},
		{Err, "ModuleNotFoundError: No module named 'flask'"},
	}
	for name, test := range map[string]struct {
		printed []printed
		want    []string
	}{
		"a traceback before much output": {slices.Concat(traceback, noise(Out, 500)), []string{"ModuleNotFoundError: No module named 'flask'"}},
		"an address in use": {
			slices.Concat(noise(Err, 3), []printed{{Err, "ERROR: [Errno 98] error while attempting to bind on address ('127.0.0.1', 7861): address already in use"}}, noise(Err, 9), noise(Out, 300)),
			[]string{"ERROR: [Errno 98] error while attempting to bind on address ('127.0.0.1', 7861): address already in use"},
		},
		"on standard output":     {slices.Concat(noise(Out, 30), []printed{{Out, "Error: cannot find module 'express'"}}, noise(Out, 5)), []string{"Error: cannot find module 'express'"}},
		"only standard error":    {slices.Concat([]printed{{Err, "usage: web PORT"}}, noise(Out, 300)), []string{"usage: web PORT"}},
		"nothing that tells":     {noise(Out, 30), nil},
		"nothing":                {nil, nil},
		"the same over and over": {slices.Repeat([]printed{{Err, "connection refused"}}, 100), []string{"connection refused"}},
	} {
		w, err := NewWriter("")
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range test.printed {
			w.Write(time.Now(), line.stream, []byte(line.text+"\n"))
		}
		lines, reasons := w.LastLines()
		if !slices.Equal(lines[:reasons], test.want) {
			t.Errorf("%s: first come %q", name, lines[:reasons])
		}
		if len(lines) > tailLines || len(test.printed) >= tailLines && len(lines) < tailLines {
			t.Errorf("%s: there are %d lines", name, len(lines))
		}
	}
}
