package logs

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

const (
	batchSize = 64 << 10 // bytes that are read at once
	// searchSize bounds, in bytes of each file, the search for its last lines. It is more
	// than a Writer writes to a file, which is rotated only after the write that fills it.
	searchSize = 2 * fileSize
	maxPrefix  = 64 // more than a line has, in bytes, before its text
)

// A reader reads the lines of a log in order, from file to file. It keeps the files open
// that it has found and not yet read, so they can be rotated meanwhile. It is not safe
// for concurrent use.
type reader struct {
	folder *os.Root // its files can be renamed while they are open, on Windows too
	name   string
	files  []*os.File    // oldest first; the first is being read
	offset int64         // how far
	behind []os.FileInfo // the files before it, as they were left
	gap    bool          // what came after the first is gone
	buffer []byte
}

// openReader opens the log at path before its last count lines. The error wraps
// fs.ErrNotExist when there is no such folder; the files may come later.
func openReader(path string, count int) (*reader, error) {
	folder, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	r := &reader{folder: folder, name: filepath.Base(path), buffer: make([]byte, batchSize)}
	if r.files, err = r.chain(); err == nil {
		err = r.goBack(count)
	}
	if err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// openReaderAt opens the log at path behind a position, or before all there is if missed:
// the position is in no file any more.
func openReaderAt(path string, at Position) (r *reader, missed bool, err error) {
	folder, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, false, err
	}
	r = &reader{folder: folder, name: filepath.Base(path), buffer: make([]byte, batchSize)}
	index := -1
	if r.files, err = r.chain(); err == nil {
		index, err = at.find(r.files)
	}
	if err != nil {
		r.close()
		return nil, false, err
	}
	if index >= 0 {
		r.leave(index)
		r.offset = at.offset
	}
	return r, index < 0 && at != Position{}, nil
}

// position is behind the lines that were read last.
func (r *reader) position() (Position, error) {
	if len(r.files) == 0 {
		return Position{}, nil
	}
	stamp, err := stampOf(r.files[0])
	return Position{stamp, r.offset}, err
}

func (r *reader) close() {
	closeAll(r.files)
	r.folder.Close()
}

// next returns the next lines, at least one; none when there are no more for now. Lines
// that were rotated away before they could be read are one line of the stream Missed.
func (r *reader) next() ([]Line, error) {
	for {
		if len(r.files) == 0 {
			files, err := r.chain()
			if err != nil || len(files) == 0 {
				return nil, err
			}
			r.files, r.offset = files, 0
		}
		n, err := r.files[0].ReadAt(r.buffer, r.offset)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		ended := len(r.files) > 1 // nobody writes to it any more
		size := bytes.LastIndexByte(r.buffer[:n], '\n') + 1
		if size == 0 && (ended || n == len(r.buffer)) {
			size = n // a line that lacks its end, or has none in sight
		}
		if size > 0 {
			r.offset += int64(size)
			return parseLines(r.buffer[:size]), nil
		}
		if ended {
			r.leave(1)
			r.offset = 0
			if r.gap {
				r.gap = false
				return []Line{missedLines()}, nil
			}
			continue
		}
		if more, err := r.more(); err != nil || !more {
			return nil, err
		}
	}
}

func missedLines() Line {
	return Line{Time: time.Now().UTC(), Stream: Missed, Text: "Lines are missing here: more was printed than could be read in time."}
}

// more reports whether there is something to read although the only file was read to its
// end: it was truncated, or is no longer the newest.
func (r *reader) more() (more bool, err error) {
	held, err := r.files[0].Stat()
	if err != nil {
		return false, err
	}
	if now, err := r.folder.Stat(r.name); err == nil && os.SameFile(now, held) {
		cut := held.Size() < r.offset
		if cut {
			r.offset = 0
		}
		return cut, nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	files, err := r.chain()
	if err != nil {
		return false, err
	}
	at := slices.IndexFunc(files, func(f *os.File) bool { return sameFile(f, held) })
	if at < 0 { // removed, or rotated away: what is new goes on from here
		at = 0
		for i, file := range files {
			if r.isBehind(file) {
				at = i + 1
			}
		}
		r.gap = len(files)-at == Generations
		at--
	}
	closeAll(files[:at+1])
	r.files = append(r.files, files[at+1:]...)
	return len(r.files) > 1, nil
}

// leave closes the first count files.
func (r *reader) leave(count int) {
	for _, file := range r.files[:count] {
		if info, err := file.Stat(); err == nil {
			r.behind = append(r.behind, info)
		}
		file.Close()
	}
	r.files = r.files[count:]
	r.behind = r.behind[max(0, len(r.behind)-Generations):]
}

// isBehind reports whether file was left before. A new one may have got the inode of one
// that is gone, but not its time and size.
func (r *reader) isBehind(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && slices.ContainsFunc(r.behind, func(b os.FileInfo) bool {
		return os.SameFile(b, info) && b.ModTime().Equal(info.ModTime()) && b.Size() == info.Size()
	})
}

// chain opens all files of the log, oldest first. They may be rotated meanwhile: a file
// that is renamed is met twice, and it starts again if there is a new one.
func (r *reader) chain() ([]*os.File, error) {
	for {
		before, _ := r.folder.Stat(r.name) // nil: there is none, as after
		var files []*os.File
		for n := range Generations {
			file, err := r.folder.OpenFile(generation(r.name, n), os.O_RDONLY|syscall.O_NONBLOCK, 0) // else a pipe's writer is waited for
			if errors.Is(err, fs.ErrNotExist) {
				continue
			} else if err != nil {
				closeAll(files)
				return nil, err
			}
			if info, err := file.Stat(); err == nil && len(files) > 0 && sameFile(files[len(files)-1], info) {
				file.Close()
				continue
			}
			files = append(files, file)
		}
		slices.Reverse(files)
		if after, _ := r.folder.Stat(r.name); before == nil && after == nil || before != nil && after != nil && os.SameFile(before, after) {
			return files, nil
		}
		closeAll(files)
	}
}

// goBack places the reader before the last count lines of its files.
func (r *reader) goBack(count int) error {
	for at := len(r.files) - 1; at >= 0; at-- {
		offset, found, err := lastLines(r.files[at], count)
		if err != nil {
			return err
		}
		if count -= found; count == 0 || at == 0 {
			r.leave(at)
			r.offset = offset
			return nil
		}
	}
	return nil
}

// lastLines finds where the last count lines of a file begin, or as many as found.
// Provisional lines do not count.
func lastLines(file *os.File, count int) (offset int64, found int, err error) {
	info, err := file.Stat()
	if err != nil {
		return 0, 0, err
	}
	size := info.Size()
	floor := max(0, size-searchSize)
	block := make([]byte, min(batchSize, size)+maxPrefix)
	offset = size
	for end := size; end > floor; {
		begin := max(floor, end-batchSize)
		n, err := file.ReadAt(block[:min(size, end+maxPrefix)-begin], begin)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, 0, err
		}
		searched := block[:min(n, int(end-begin))]
		for i := bytes.LastIndexByte(searched, '\n'); i >= 0; i = bytes.LastIndexByte(searched[:i], '\n') {
			if isProvisional(block[i+1 : n]) {
				found--
			}
			if offset = begin + int64(i) + 1; found == count {
				return offset, found, nil
			}
			found++
		}
		end = begin
	}
	if floor > 0 {
		return offset, max(0, found-1), nil // the first line was cut
	}
	return 0, found, nil
}

func sameFile(file *os.File, as os.FileInfo) bool {
	info, err := file.Stat()
	return err == nil && os.SameFile(info, as)
}

func closeAll(files []*os.File) {
	for _, file := range files {
		file.Close()
	}
}
