package guard

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// LastWords is what a guard has seen of the end of a tray that did not say goodbye.
type LastWords struct {
	Session string    `json:"session"` // its mark
	At      time.Time `json:"at"`      // when it ended
	// OutOfMemory says that the system ended a process for lack of memory just then.
	OutOfMemory bool `json:"out_of_memory,omitempty"`
}

// leaveWords writes them down, unless the tray has said that it is about to end.
func (g *guard) leaveWords() {
	if g.over || g.hello.LastWords == "" {
		return
	}
	words := LastWords{os.Getenv(MarkEnvironment), time.Now(), g.outOfMemory()}
	if err := os.WriteFile(g.hello.LastWords, encode(words), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, "agents-tray guard: the tray has ended, which could not be written down:", err)
	}
}

// ReadLastWords reads the last words at path; the zero value if there are none, or none
// that can be read.
func ReadLastWords(path string) LastWords {
	var words LastWords
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, &words) != nil {
		return LastWords{}
	}
	return words
}
