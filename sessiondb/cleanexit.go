package sessiondb

import (
	"encoding/json"
	"os"
	"slices"
	"time"

	"agents-tray/manager/disk"
)

// A Farewell says of a session that it ended as it should, where its record could not say
// so: it is left in a file beside, for the next start.
type Farewell struct {
	Mark   string    `json:"session"`
	Reason string    `json:"reason"` // as for End
	At     time.Time `json:"at"`
}

// keepFarewells bounds how many wait for a record that can be written again.
const keepFarewells = 20

// LeaveFarewell adds a farewell to the first of files that can be written.
func LeaveFarewell(f Farewell, files ...string) (err error) {
	for _, file := range files {
		all := append(ReadFarewells(file), f)
		text, _ := json.Marshal(all[max(0, len(all)-keepFarewells):]) // texts and times: cannot fail
		if err = disk.Replace(file, text); err == nil {
			return nil
		}
	}
	return err
}

// ReadFarewells reads what LeaveFarewell has left in files. One that is not there, or is
// none of ours, says nothing.
func ReadFarewells(files ...string) []Farewell {
	var all []Farewell
	for _, file := range files {
		var here []Farewell
		if text, err := os.ReadFile(file); err == nil && json.Unmarshal(text, &here) == nil {
			all = append(all, here...)
		}
	}
	return all
}

// saidFarewell reports whether one of the farewells is of the session of that mark.
func saidFarewell(all []Farewell, mark string) bool {
	return slices.ContainsFunc(all, func(f Farewell) bool { return f.Mark == mark })
}
