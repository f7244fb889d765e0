package manager

import "time"

// Exit is how a process ended, as data. Package words makes the sentences.
type Exit struct {
	PID    int       `json:"pid"`
	At     time.Time `json:"at"`
	Code   int       `json:"code"`             // exit status; -1 when a signal ended it
	Signal string    `json:"signal,omitempty"` // "SIGKILL", or empty
	Asked  bool      `json:"asked,omitempty"`  // we had asked it to stop
	// Ended says that this program ended it: Asked, or because it had failed a check.
	Ended bool `json:"ended,omitempty"`
	// Grace is the time it had to stop before it was killed for not stopping, with Ended; 0: it
	// was not killed for that.
	Grace time.Duration `json:"grace,omitempty"`
	// OutOfMemory says that the system ended it for lack of memory. It may have done so
	// without that being known.
	OutOfMemory bool     `json:"out_of_memory,omitempty"`
	Lines       []string `json:"lines,omitempty"`   // its last log lines
	Reasons     int      `json:"reasons,omitempty"` // so many of them, at the beginning, tell why it ended
	// Words are the same in English, to follow "it". Only package control sets them, in what
	// it sends, for programs of another version.
	Words string `json:"words"`
}

// Failure reports whether the exit was neither asked for nor a success.
func (e Exit) Failure() bool { return !e.Asked && (e.Code != 0 || e.Signal != "") }

// KilledAtDeadline reports whether it was killed since it had not stopped in its time.
func (e Exit) KilledAtDeadline() bool {
	return e.Ended && e.Signal == "SIGKILL" && e.Grace > 0 && !e.OutOfMemory
}

// Why are the lines that tell why it ended, none if nothing tells.
func (e Exit) Why() []string { return e.Lines[:min(e.Reasons, len(e.Lines))] }

// withoutLines is the exit without what the process printed.
func (e Exit) withoutLines() *Exit {
	e.Lines, e.Reasons = nil, 0
	return &e
}
