package chat

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/ncruces/go-sqlite3"

	"agents-tray/services/chat/history"
)

// storageProblem describes why the file of the conversations at path cannot be used.
func storageProblem(err error, path string) *problem {
	p := &problem{
		What:   "Your conversations cannot be opened.",
		Why:    "The file they are in cannot be used: " + path,
		Now:    "Try again. If it does not help, the technical detail may.",
		Detail: err.Error(),
	}
	switch {
	case errors.Is(err, history.ErrSetAside):
		p.What = "The file of your conversations turned out to be damaged."
		p.Why = "It was set aside in " + path + "’s folder, and a new one was begun."
		p.Now = "Load this page again."
	case errors.Is(err, history.ErrNewer):
		p.Why = "A newer version of this program has changed their file: " + path
		p.Now = "Install that version again, or move the file away to begin afresh."
	case errors.Is(err, fs.ErrPermission), errors.Is(err, sqlite3.READONLY), errors.Is(err, sqlite3.PERM), errors.Is(err, syscall.EROFS):
		p.What = "Your conversations cannot be saved."
		p.Why = "This user may not write to " + path + ", or the disk is read-only."
		p.Now = "Allow it, then try again."
	case errors.Is(err, sqlite3.FULL), errors.Is(err, syscall.ENOSPC):
		p.What = "Your conversations cannot be saved."
		p.Why = "The disk is full."
		p.Now = "Free some space, then try again."
	case errors.Is(err, sqlite3.BUSY), errors.Is(err, sqlite3.LOCKED):
		p.Why = "Another program is using their file: " + path
		p.Now = "Close it, then try again."
	}
	return p
}

// unsavedProblem is the problem of an answer that is only in memory.
func unsavedProblem(err error, path string) *problem {
	p := storageProblem(err, path)
	p.What = "This answer could not be saved and will be lost when the Chat ends."
	p.Now = "Copy what you need."
	return p
}
