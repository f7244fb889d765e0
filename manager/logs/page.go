package logs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// A Page is some lines of a log that follow each other, oldest first.
type Page struct {
	Lines []Line `json:"lines"`
	// First and Last are where they begin and end, as far as was searched.
	First Position `json:"first"`
	Last  Position `json:"last"`
	// Start and End say that there are no earlier, or no later, lines of that kind.
	Start bool `json:"start,omitempty"`
	End   bool `json:"end,omitempty"`
}

// Before returns up to count lines that wanted accepts (nil: all), the last before at. If
// at is in no file any more, neither is what was before it.
func Before(ctx context.Context, path string, at Position, count int, wanted func(*Line) bool) (Page, error) {
	page := Page{Lines: []Line{}, Last: at, End: at == Position{}}
	files, closeLog, err := openFiles(path)
	if err != nil || len(files) == 0 {
		page.Start, page.End = true, true
		return page, err
	}
	defer closeLog()
	index := len(files) - 1
	end := int64(-1) // of the file
	if at != (Position{}) {
		if index, err = at.find(files); err != nil {
			return page, err
		}
		end = at.offset
	}
	page.First, page.Start = at, true // unless it is left before
	later := map[string]bool{}        // streams that have a later line, so that a provisional one is replaced
	if end >= 0 {
		later[Out], later[Err] = true, true
	}
	for ; index >= 0 && page.Start; index-- {
		file := files[index]
		stamp, err := stampOf(file)
		if err != nil {
			return page, err
		}
		newest := index == len(files)-1
		size, err := wholeSize(file, newest)
		if err != nil {
			return page, err
		}
		if end < 0 || end > size {
			end = size
		}
		if page.Last == (Position{}) {
			page.Last, page.First = Position{stamp, end}, Position{stamp, end}
		}
		err = backward(ctx, file, end, func(offset int64, text []byte) bool {
			line := parseLine(text)
			replaced := line.Provisional && later[line.Stream]
			later[line.Stream] = true
			if !replaced && (wanted == nil || wanted(&line)) {
				if len(page.Lines) == count {
					page.Start = false
					return false
				}
				page.Lines = append(page.Lines, line)
			}
			page.First = Position{stamp, offset}
			return true
		})
		if err != nil {
			return page, err
		}
		end = -1
	}
	slices.Reverse(page.Lines)
	return page, nil
}

// After returns up to count lines that wanted accepts (nil: all), the first after at. If at
// is in no file any more, they are the oldest there are. Lines that are provisional are
// left out: FollowFrom has the last state of one that is not at its end yet.
func After(ctx context.Context, path string, at Position, count int, wanted func(*Line) bool) (Page, error) {
	page := Page{Lines: []Line{}, First: at, Last: at, End: true}
	err := Each(ctx, path, at, func(line *Line, next Position) bool {
		if !line.Provisional && (wanted == nil || wanted(line)) {
			if len(page.Lines) == count {
				page.End = false
				return false
			}
			page.Lines = append(page.Lines, *line)
		}
		page.Last = next
		return true
	})
	page.Start = at == Position{}
	return page, err
}

// Each calls see with each whole line after at, and with the position behind it, until see
// returns false.
func Each(ctx context.Context, path string, at Position, see func(line *Line, next Position) bool) error {
	files, closeLog, err := openFiles(path)
	if err != nil || len(files) == 0 {
		return err
	}
	defer closeLog()
	first, err := at.find(files)
	if err != nil {
		return err
	}
	offset := at.offset
	if first < 0 {
		first, offset = 0, 0
	}
	for index, file := range files[first:] {
		stamp, err := stampOf(file)
		if err != nil {
			return err
		}
		size, err := wholeSize(file, first+index == len(files)-1)
		if err != nil {
			return err
		}
		more := true
		err = forward(ctx, file, offset, size, func(next int64, text []byte) bool {
			line := parseLine(text)
			more = see(&line, Position{stamp, next})
			return more
		})
		if err != nil || !more {
			return err
		}
		offset = 0
	}
	return nil
}

// openFiles opens the files of a log, oldest first. Without any there is nothing to close.
func openFiles(path string) (files []*os.File, closeLog func(), err error) {
	folder, err := os.OpenRoot(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	log := reader{folder: folder, name: filepath.Base(path)}
	files, err = log.chain()
	if err != nil || len(files) == 0 {
		return nil, nil, errors.Join(err, folder.Close())
	}
	return files, func() { closeAll(files); folder.Close() }, nil
}

// wholeSize is the size of a file without a line that is still being written, which only
// the newest can have.
func wholeSize(file *os.File, newest bool) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	size := info.Size()
	if !newest {
		return size, nil
	}
	block := make([]byte, min(batchSize, size))
	n, err := file.ReadAt(block, size-int64(len(block)))
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	if end := bytes.LastIndexByte(block[:n], '\n'); end >= 0 {
		return size - int64(len(block)) + int64(end) + 1, nil
	}
	return size - int64(len(block)), nil // a line that has no end in sight
}

// backward calls see with each line of a file before end, the last first, and where it
// begins, until see returns false.
func backward(ctx context.Context, file *os.File, end int64, see func(offset int64, line []byte) bool) error {
	block := make([]byte, batchSize)
	for end > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		begin := max(0, end-int64(len(block)))
		n, err := file.ReadAt(block[:end-begin], begin)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		text := block[:n]
		if begin > 0 { // what comes before the first line's end is a part of a line
			cut := bytes.IndexByte(text[:max(0, n-1)], '\n') + 1
			if cut == 0 {
				block = make([]byte, 2*len(block))
				continue
			}
			begin, text = begin+int64(cut), text[cut:]
		}
		for rest := text; len(rest) > 0; {
			at := bytes.LastIndexByte(rest[:len(rest)-1], '\n') + 1
			if !see(begin+int64(at), rest[at:]) {
				return nil
			}
			rest = rest[:at]
		}
		end = begin
	}
	return nil
}

// forward calls see with each line of a file from offset to size, and where it ends, until
// see returns false.
func forward(ctx context.Context, file *os.File, offset, size int64, see func(next int64, line []byte) bool) error {
	block := make([]byte, batchSize)
	for offset < size {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := file.ReadAt(block[:min(int64(len(block)), size-offset)], offset)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if n == 0 {
			return nil // it was truncated
		}
		text := block[:n]
		if end := bytes.LastIndexByte(text, '\n') + 1; end > 0 {
			text = text[:end]
		} else if n == len(block) {
			block = make([]byte, 2*len(block))
			continue
		}
		for line := range bytes.Lines(text) {
			offset += int64(len(line))
			if !see(offset, line) {
				return nil
			}
		}
	}
	return nil
}
