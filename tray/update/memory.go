package update

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"agents-tray/manager/disk"
)

// memory is what lasts from one check to the next.
type memory struct {
	On      bool      `json:"on"`      // the user wants to be told
	Checked time.Time `json:"checked"` // when the last announcement was read
	Seen    Release   `json:"seen"`    // that announcement
}

func (c *Checker) recall() (memory, error) {
	var m memory
	text, err := os.ReadFile(c.memory)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return memory{}, fmt.Errorf("what is known of updates cannot be read: %w. Remove %s to begin anew", err, c.memory)
	}
	return m, nil
}

// remember replaces the file as a whole.
func (c *Checker) remember(m memory) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := disk.Replace(c.memory, append(text, '\n')); err != nil {
		return fmt.Errorf("remember what is known of updates: %w", err)
	}
	return nil
}
