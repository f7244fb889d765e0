package instance

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"agents-tray/manager"
	"agents-tray/tray/words"
)

// A disk that cannot be written is one trouble, however many services have their output there, and
// none any more once it can be.
func TestADiskIsOneTrouble(t *testing.T) {
	s, _ := begun(t)
	for n := range 10 {
		for range 2 {
			s.onEvent(manager.GuardFault{Err: fmt.Errorf("web%d: its output cannot be kept", n)})
		}
	}
	full := errors.New("no space left")
	s.notRecorded(full)
	if told := s.noticeTexts(words.English); len(told) != 2 || strings.Count(told[0], "cannot be kept") != 3 || !strings.Contains(told[1], "not being recorded") {
		t.Errorf("it is told as %q", told)
	}
	s.notRecorded(nil)
	if told := s.noticeTexts(words.English); len(told) != 0 {
		t.Errorf("it is mended, and %q is told", told)
	}
}
