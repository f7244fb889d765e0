package platform

import (
	"errors"
	"io/fs"

	"github.com/ncruces/go-sqlite3"
)

// troubles collect why files do not tell what is under way.
type troubles struct {
	files, missing, foreign int
	locked                  bool
	worst                   Trouble
}

// note takes what came of reading one file.
func (t *troubles) note(file string, err error) {
	t.files++
	switch {
	case err == nil, errors.Is(err, errNoRuns): // as yet
	case errors.Is(err, fs.ErrNotExist):
		t.missing++
	case errors.Is(err, errForeign):
		t.foreign++
	case errors.Is(err, sqlite3.BUSY), errors.Is(err, sqlite3.LOCKED):
		t.locked, t.worst = true, Trouble{Kind: Locked, File: file}
	case errors.Is(err, sqlite3.NOTADB), errors.Is(err, sqlite3.CORRUPT):
		t.worst = Trouble{Damaged, file, err.Error()}
	default:
		t.worst = Trouble{Unreadable, file, err.Error()}
	}
}

// verdict is the trouble of all files together; locked says that a file was, and should be
// read once more, even if nothing changes.
func (t *troubles) verdict(path string) (trouble Trouble, locked bool) {
	switch {
	case t.worst != Trouble{}:
		return t.worst, t.locked
	case t.missing == t.files:
		return Trouble{Kind: Missing, File: path}, false
	case t.foreign > 0 && t.missing+t.foreign == t.files:
		return Trouble{Kind: Foreign, File: path}, false
	}
	return Trouble{}, false
}
