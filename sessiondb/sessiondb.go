// Package sessiondb is the session record: what ran, how each session ended, and
// what the next start must know of the one before. It is one SQLite file.
//
// The table sessions holds every run of the program, service_events what happened to
// each service; both are bounded. Beside them stands the table session_state of the
// Python platform, column for column, with its one row of id 'default', so that both
// sides can read it. That row can be kept in the platform's own file instead.
//
// The order of use makes the record reliable: take the instance's lock, Open, Begin (the
// record now says "dirty"), then start services; when all processes are confirmed gone,
// End (it says "clean").
//
//	record := sessiondb.Open(path, sessiondb.Options{})
//	previous, err := record.Begin(sessiondb.Session{…})
//	record.Add(event)      // never blocks; saved in order
//	err = record.End("quit")
//	err = record.Close()
//
// No disk error stops the program. A damaged file is set aside and the last good
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

// saveDelay is how long events are collected before they are saved together. Each save
// syncs the disk several times, which would slow down services that are starting.
const saveDelay = 250 * time.Millisecond

// transactionSize is at least what a transaction writes, in bytes, its journal included.
const transactionSize = 64 << 10

// What could not be saved is tried again after firstRetry, and then after twice as long
// each time, up to lastRetry.
const (
	firstRetry = time.Second
	lastRetry  = time.Minute
)

// Options of a Record. All of them are optional.
type Options struct {
	// PlatformFile is a database file of the Python platform. The row of session_state is
	// kept there. Default: in the record itself.
	PlatformFile string
	// OnSaveError is called with the reason why nothing can be saved, once for each reason,
	// and with nil when everything is saved again. It must not block, nor call the record.
	OnSaveError func(error)
	// OnRecovery is called with what was done about a file that could not be used. It must not
	// block, nor call the record.
	OnRecovery func(Recovery)

	vfs  string        // SQLite's name of the file system, for tests
	busy time.Duration // instead of busyTimeout, for tests
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
	conn          *sqlite3.Conn // nil: the file is not open
	readOnly      error         // why the open file cannot be written, or nil
	session       Session       // as Begin has it; empty before
	state         state
	batch         int  // the number of the latest transaction, failed ones included
	inserted      bool // the file has the session's row
	platformStale bool // the row in the Python platform's file is to be written again
	saveError     error
	copied        time.Time // when a copy was last tried
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
				r.closed = r.describe(errors.Join(r.save(), r.disconnect()))
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
			} else if !errors.Is(err, ErrNewer) { // trying again does not help
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

// report calls OnSaveError when err differs from the error before.
func (r *Record) report(err error) {
	err = r.describe(err)
	same := (err == nil) == (r.saveError == nil) && (err == nil || err.Error() == r.saveError.Error())
	r.saveError = err
	if !same && r.options.OnSaveError != nil {
		r.options.OnSaveError(err)
	}
}

// describe adds the file to an error, and replaces SQLite's generic errors by what is wrong
// with the disk.
func (r *Record) describe(err error) error {
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

func (r *Record) onRecovery(m Recovery) {
	if r.options.OnRecovery != nil {
		r.options.OnRecovery(m)
	}
}

// keepCopy makes a copy if the last one is older than copyAfter.
func (r *Record) keepCopy() {
	if time.Since(r.copied) < copyAfter {
		return
	}
	r.copied = time.Now()
	err := r.copy()
	if damaged(err) { // in tables that the start does not check
		_ = r.disconnect() // the file is set aside
		r.conn, err = r.recoverFile()
		r.inserted = false
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
	if p.empty() && r.inserted && !r.platformStale {
		return nil
	}
	own, platform := r.write(&p, nothing)
	if own != nil {
		r.queue.putBack(p)
	}
	return firstError(own, platform)
}

// write writes what waits, and what more belongs to it, in one transaction, and then the
// row in the Python platform's file. The first error says why nothing was written, the
// second why that row was not.
func (r *Record) write(p *pending, more func() error) (own, platform error) {
	r.state.take(*p)
	own = r.tryWrite(p, more)
	if errors.Is(own, sqlite3.READONLY_DBMOVED) {
		own = firstError(r.fileMoved(), r.tryWrite(p, more))
	}
	if own != nil && !errors.Is(own, sqlite3.BUSY) && !errors.Is(own, ErrNewer) {
		_ = r.disconnect() // the next save opens and checks it anew
	}
	if r.options.PlatformFile != "" {
		platform = r.writePlatformRow()
		r.platformStale = platform != nil
	}
	return own, platform
}

func (r *Record) tryWrite(p *pending, more func() error) (err error) {
	if err := steps(r.connectToWrite, func() error { return r.dropSaved(p) }); err != nil {
		return err
	}
	r.batch++
	p.tried = batch{r.batch, len(p.events), p.lost}
	inserted := r.inserted
	defer func() { r.inserted = inserted || err == nil }()
	transaction, err := r.conn.BeginImmediate()
	if err != nil {
		return err
	}
	defer transaction.End(&err)
	return steps(
		r.insertSession,
		func() error { return r.insert(*p) },
		func() error { return r.setEndings(p.endings) },
		r.writeState,
		more,
	)
}
