package control

import (
	"net/http"
	"time"
)

// Limits of a server on this computer. Streams of events have their own deadlines, see
// package sse.
const (
	headerTime = 10 * time.Second // for a request's header
	readTime   = 30 * time.Second // for a request with its body
	writeTime  = time.Minute      // for the response
	idleTime   = time.Minute      // between two requests of a connection
	maxHeader  = 16 << 10         // bytes; net/http adds headerSlop
	headerSlop = 4 << 10
	maxBody    = 1 << 20 // bytes, of a request to the control API
	maxStreams = 512     // of the control API at the same time
)

// LimitedServer returns a server that lets no client hold a connection without using it. The
// built-in services have the same.
func LimitedServer() *http.Server {
	return &http.Server{
		ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader - headerSlop,
	}
}

// LimitRequests returns what wraps handlers so that together they answer most requests at the
// same time. Others are answered by refuse. It is for streams, which stay open.
func LimitRequests(most int, refuse http.HandlerFunc) func(next http.HandlerFunc) http.HandlerFunc {
	open := make(chan struct{}, most)
	return func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			select {
			case open <- struct{}{}:
				defer func() { <-open }()
				next(w, r)
			default:
				refuse(w, r)
			}
		}
	}
}
