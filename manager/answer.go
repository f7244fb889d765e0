package manager

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"syscall"
	"time"

	"agents-tray/manager/logs"
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
	AnswerUnfinished AnswerKind = "unfinished" // it has begun, and not come to its end in the time of a try
	AnswerClosed     AnswerKind = "closed"     // the connection was taken and closed, without one
	AnswerNotHTTP    AnswerKind = "not-http"   // something else, which begins with Detail
	AnswerHTTPS      AnswerKind = "https"      // TLS, where HTTP was asked
	AnswerNoHost     AnswerKind = "no-host"    // the name of its computer, Detail, could not be resolved
	AnswerUntrusted  AnswerKind = "untrusted"  // its certificate is not accepted, because of Detail
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
	unknown, isName := errors.AsType[*net.DNSError](err)
	untrusted, isCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case isName:
		return &Answer{Kind: AnswerNoHost, Detail: logs.Plain(unknown.Name)}
	case isCertificate:
		return &Answer{Kind: AnswerUntrusted, Detail: logs.Plain(untrusted.Err.Error())}
	case isClosed(err):
		return &Answer{Kind: AnswerClosed}
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, wsaRefused):
		return &Answer{Kind: AnswerRefused}
	case errors.Is(err, context.DeadlineExceeded), isNet && timeout.Timeout():
		return &Answer{Kind: AnswerTimeout}
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		err = errno // without the addresses, of which the own one is another each time
	}
	return &Answer{Kind: AnswerOther, Detail: logs.Plain(err.Error())}
}

// What Windows says instead of ECONNREFUSED and ECONNRESET.
const (
	wsaRefused = syscall.Errno(10061)
	wsaReset   = syscall.Errno(10054)
)
