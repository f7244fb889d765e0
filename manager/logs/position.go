package logs

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// A Position is a place between two lines of a log. It stays true while the log is rotated,
// until its file is removed. The zero Position is the end of the log for Before, and its
// beginning for After and FollowFrom.
type Position struct {
	file   string // how the file begins: with the time of its first line
	offset int64
}

// stampSize is how many bytes of a file tell it from the log's other files.
const stampSize = len(timeFormat)

// String is the position as ParsePosition reads it.
func (p Position) String() string {
	if p == (Position{}) {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte(p.file)) + "." + strconv.FormatInt(p.offset, 10)
}

// MarshalText and UnmarshalText are String and ParsePosition.
func (p Position) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

func (p *Position) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePosition(string(text))
	return err
}

// ParsePosition reads what String has written.
func ParsePosition(text string) (Position, error) {
	if text == "" {
		return Position{}, nil
	}
	stamp, offset, _ := strings.Cut(text, ".")
	file, err := base64.RawURLEncoding.DecodeString(stamp)
	at, offsetErr := strconv.ParseInt(offset, 10, 64)
	if err != nil || offsetErr != nil || at < 0 || len(file) > stampSize {
		return Position{}, fmt.Errorf("%.80q is no position in a log", text)
	}
	return Position{string(file), at}, nil
}

// stampOf returns how a file begins.
func stampOf(file *os.File) (string, error) {
	stamp := make([]byte, stampSize)
	n, err := file.ReadAt(stamp, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return string(stamp[:n]), err
}

// find returns which of files p is in, or -1.
func (p Position) find(files []*os.File) (int, error) {
	for i, file := range files {
		stamp, err := stampOf(file)
		if err != nil {
			return 0, err
		}
		if stamp == p.file {
			return i, nil
		}
	}
	return -1, nil
}
