package cli

import (
	"bytes"
	"context"
	"io"
	"time"
)

const (
	outputLength = 1024                   // texts that wait for their reader; more are dropped
	flushTime    = 200 * time.Millisecond // for which the end waits for the reader
)

// output writes to a file without waiting for whoever reads it: after Ctrl-S a terminal takes
// nothing, nor does a pipe whose reader hangs, and neither is to hold up the program or its end.
type output chan written

// written is a text for the file, or a question whether all before it is there.
type written struct {
	text  []byte
	flush chan<- struct{}
}

// newOutput returns an output to a file. Its goroutine lasts as long as the process.
func newOutput(file io.Writer) output {
	o := make(output, outputLength)
	go func() {
		for next := range o {
			if next.flush != nil {
				close(next.flush)
			} else {
				_, _ = file.Write(next.text) // whoever read it may be gone
			}
		}
	}()
	return o
}

// Write never fails: a text for which there is no room is dropped.
func (o output) Write(text []byte) (int, error) {
	select {
	case o <- written{text: bytes.Clone(text)}:
	default:
	}
	return len(text), nil
}

// flush waits until all is written, or ctx ends, or flushTime is over.
func (o output) flush(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	done := make(chan struct{})
	select {
	case o <- written{flush: done}:
	default:
		return // nobody reads
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
}
