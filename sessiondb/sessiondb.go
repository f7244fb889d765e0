// Package sessiondb is the session record: what ran, how each session ended, and
// what the next start must know of the one before. It is one SQLite file.
//
// The table sessions holds every run of the program, service_events what happened to
// each service; both are bounded. Beside them stands the table session_state of the
// Python platform, column for column, with its one row of id 'default', so that both
// sides can read it. That row can be kept in the platform's own file instead.
//
// The order of use is the promise: Lock, Open, Begin (the record now says "dirty"),
// then start services; all processes confirmed gone, then End (it says "clean").
//
//	record := sessiondb.Open(path, sessiondb.Options{})
//	previous, err := record.Begin(sessiondb.Session{…})
//	record.Add(event)      // never blocks; saved in order
//	err = record.End("quit")
//	err = record.Close()
//
// No fault of the disk stops the program. A damaged file is set aside and the last good
// copy takes its place; what cannot be written now is kept in memory, within bounds, and
// written when it can be.
package sessiondb

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/ncruces/go-sqlite3"

	"agents-tray/manager/disk"
)

// saveDelay is how long events wait for others to be saved with. Each save makes the
// disk sync several times, which a service that is just starting would feel.
const saveDelay = 250 * time.Millisecond

// transactionSize is at least what a transaction writes, in bytes, its journal included.
const transactionSize = 64 << 10

// What could not be saved is tried again after firstRetry, and then after twice as long
// each time, up to lastRetry.
const (
	firstRetry = time.Second
	lastRetry  = time.Minute
)

// Options say where the record differs from the usual.
type Options struct {
	// Original is a database file of the Python platform. The row of session_state is
	// kept there. Default: in the record itself.
	Original string
	// Trouble is told why nothing can be saved, once for each reason, and nil when
	// everything is saved again. It must not block, nor call the record.
	Trouble func(error)
	// Mended is told what was done about a file that could not be used. It must not
	// block, nor call the record.
	Mended func(Mending)

	vfs string // SQLite's name of the file system, for tests
}

// A Record is an open session record. Its methods are safe for concurrent use.
type Record struct {
	path    string
	options Options
	queue   queue
	work    chan func()
	done    chan struct{}
	closed  error // valid after done

	// Owned by run:
	conn     *sqlite3.Conn // nil: the file is not open
	readOnly error         // why the open file cannot be written, or nil
	session  Session       // as Begin has it; empty before
	state    state
	batch    int  // counts what was written, or tried to be
	entered  bool // the session stands in the file
	unshared bool // the row in the Python platform's file is not as it should be
	trouble  error
	copied   time.Time // when the copy was made, or tried to be
}

// Open returns the record at path. The file is opened, or made, by the first call that
// needs it: a fault of the disk is an error of that call, not of the program's start.
func Open(path string, options Options) *Record {
	r := &Record{path: path, options: options, work: make(chan func()), done: make(chan struct{})}
	r.queue.ready = make(chan struct{}, 1)
	go r.run()
	return r
}

// Close saves what is waiting and closes the file. Without End before it, the
// record stays dirty.
func (r *Record) Close() error {
	close(r.work)
	<-r.done
	return r.closed
}

// run owns the connection.
func (r *Record) run() {
	defer close(r.done)
	var due <-chan time.Time // when what waits is to be saved; nil: nothing waits
	retry := firstRetry
	for {
		select {
		case work, ok := <-r.work:
			if !ok {
				r.closed = r.explained(errors.Join(r.save(), r.disconnect()))
				return
			}
			work()
		case <-r.queue.ready:
			if due == nil {
				due = time.After(saveDelay)
			}
		case <-due:
			due = nil
			err := r.save()
			r.report(err)
			if err == nil {
				retry = firstRetry
				r.keepCopy()
			} else if !errors.Is(err, ErrNewer) { // it will not become older
				due = time.After(retry)
				retry = min(2*retry, lastRetry)
			}
		}
	}
}

// do runs work in the owner of the connection.
func (r *Record) do(work func()) {
	done := make(chan struct{})
	r.work <- func() { defer close(done); work() }
	<-done
}

// report tells of a change in what can be saved.
func (r *Record) report(err error) {
	err = r.explained(err)
	same := (err == nil) == (r.trouble == nil) && (err == nil || err.Error() == r.trouble.Error())
	r.trouble = err
	if !same && r.options.Trouble != nil {
		r.options.Trouble(err)
	}
}

// explained says of which file an error is, and what the matter is where SQLite does not.
func (r *Record) explained(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sqlite3.FULL) || errors.Is(err, sqlite3.IOERR) || errors.Is(err, sqlite3.CANTOPEN) {
		if why := disk.Probe(filepath.Dir(r.path), transactionSize); why != nil {
			err = why
		}
	}
	return fmt.Errorf("session record %s: %w", r.path, err)
}

func (r *Record) mended(m Mending) {
	if r.options.Mended != nil {
		r.options.Mended(m)
	}
}

// keepCopy makes a copy if it is time for one.
func (r *Record) keepCopy() {
	if time.Since(r.copied) < copyAfter {
		return
	}
	r.copied = time.Now()
	err := r.copy()
	if damaged(err) { // where the start did not look
		_ = r.disconnect() // it is not to be trusted any more
		r.conn, err = r.mend()
		r.entered = false
		r.report(firstError(err, r.save()))
		return
	}
	if err != nil {
		r.Add(Event{At: r.copied, Kind: "no copy", Detail: err.Error()})
	}
}

// save writes all that waits.
func (r *Record) save() error {
	if r.session.Mark == "" {
		return nil
	}
	p := r.queue.take()
	if p.empty() && r.entered && !r.unshared {
		return nil
	}
	own, shared := r.write(&p, nothing)
	if own != nil {
		r.queue.putBack(p)
	}
	return firstError(own, shared)
}

// write writes what waits, and what more belongs to it, in one transaction, and then the
// row in the Python platform's file. The first error says why nothing was written, the
// second why that row was not.
func (r *Record) write(p *pending, more func() error) (own, shared error) {
	r.state.take(*p)
	own = r.attempt(p, more)
	if errors.Is(own, sqlite3.READONLY_DBMOVED) {
		own = firstError(r.follow(), r.attempt(p, more))
	}
	if own != nil && !errors.Is(own, sqlite3.BUSY) && !errors.Is(own, ErrNewer) {
		_ = r.disconnect() // the next one opens it, and looks at it, anew
	}
	if r.options.Original != "" {
		shared = r.writeOriginal()
		r.unshared = shared != nil
	}
	return own, shared
}

func (r *Record) attempt(p *pending, more func() error) (err error) {
	if err := steps(r.connect, func() error { return r.settle(p) }); err != nil {
		return err
	}
	r.batch++
	p.tried = batch{r.batch, len(p.events), p.lost}
	entered := r.entered
	defer func() { r.entered = entered || err == nil }()
	transaction, err := r.conn.BeginImmediate()
	if err != nil {
		return err
	}
	defer transaction.End(&err)
	return steps(
		r.enter,
		func() error { return r.insert(*p) },
		func() error { return r.explain(p.endings) },
		r.writeState,
		more,
	)
}
