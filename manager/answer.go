package manager

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"syscall"
	"time"
)

// Answer is what a check got instead of the answer that was wanted. It is an error.
type Answer struct {
	Kind    AnswerKind    `json:"kind"`
	Status  string        `json:"status,omitempty"`  // of HTTP: "503 Service Unavailable"
	Pattern string        `json:"pattern,omitempty"` // that the body should match
	Port    int           `json:"port,omitempty"`
	Holder  *Process      `json:"holder,omitempty"` // that answers at Port
	Waited  time.Duration `json:"waited,omitempty"`
	Detail  string        `json:"detail,omitempty"` // what the system or a library says, in English
}

// AnswerKind sorts answers. Package words has the clause of each.
type AnswerKind string

const (
	AnswerStatus     AnswerKind = "status"     // HTTP, with Status
	AnswerBody       AnswerKind = "body"       // HTTP, and the body does not match Pattern
	AnswerRefused    AnswerKind = "refused"    // nobody listens
	AnswerTimeout    AnswerKind = "timeout"    // none in the time of a try
	AnswerSilent     AnswerKind = "silent"     // the connection was taken, and nothing said
	AnswerUnaccepted AnswerKind = "unaccepted" // the connection waits in the socket that was handed over
	AnswerStranger   AnswerKind = "stranger"   // Holder answers at Port, which the service has not started
	AnswerHTTPS      AnswerKind = "https"      // TLS, where HTTP was asked
	AnswerNoPing     AnswerKind = "no-ping"    // no WATCHDOG=1 for Waited
	AnswerTrigger    AnswerKind = "trigger"    // WATCHDOG=trigger
	AnswerOther      AnswerKind = "other"      // Detail
)

// Error returns the data of the answer for logs and tests. For people package words tells of it.
func (a *Answer) Error() string {
	data, err := json.Marshal(a)
	if err != nil {
		return "answer " + string(a.Kind)
	}
	return "answer " + string(data)
}

// answerOf is the answer that an error of a check tells of.
func answerOf(err error) *Answer {
	if answer, ok := errors.AsType[*Answer](err); ok {
		return answer
	}
	timeout, isNet := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, wsaRefused):
		return &Answer{Kind: AnswerRefused}
	case errors.Is(err, context.DeadlineExceeded), isNet && timeout.Timeout():
		return &Answer{Kind: AnswerTimeout}
	}
	return &Answer{Kind: AnswerOther, Detail: err.Error()}
}

// What Windows says instead of ECONNREFUSED and ECONNRESET.
const (
	wsaRefused = syscall.Errno(10061)
	wsaReset   = syscall.Errno(10054)
)
