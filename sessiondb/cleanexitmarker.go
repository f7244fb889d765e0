package sessiondb

import (
	"encoding/json"
	"os"
	"slices"
	"time"

	"agents-tray/manager/disk"
)

// A CleanExit is a clean-exit marker: it says that a session ended in order although its
// record could not be written. It is kept in a file of its own for the next start.
type CleanExit struct {
	Mark   string    `json:"session"`
	Reason string    `json:"reason"` // as for End
	At     time.Time `json:"at"`
}

// maxCleanExits bounds how many a file holds until the record can be written again.
const maxCleanExits = 20

// WriteCleanExit adds a marker to the first of files that can be written. The error says
// why the last of them could not.
func WriteCleanExit(marker CleanExit, files ...string) (err error) {
	for _, file := range files {
		all := append(ReadCleanExits(file), marker)
		text, _ := json.Marshal(all[max(0, len(all)-maxCleanExits):]) // texts and times: cannot fail
		if err = disk.Replace(file, text); err == nil {
			return nil
		}
	}
	return err
}

// ReadCleanExits reads the markers that WriteCleanExit has written to files. A file that is
// missing, or cannot be read as such, holds none.
func ReadCleanExits(files ...string) []CleanExit {
	var all []CleanExit
	for _, file := range files {
		var here []CleanExit
		if text, err := os.ReadFile(file); err == nil && json.Unmarshal(text, &here) == nil {
			all = append(all, here...)
		}
	}
	return all
}

// hasCleanExit reports whether one of the markers is of the session with that mark.
func hasCleanExit(all []CleanExit, mark string) bool {
	return slices.ContainsFunc(all, func(f CleanExit) bool { return f.Mark == mark })
}
