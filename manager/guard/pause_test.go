package guard

import (
	"testing"
	"time"
)

// A stream is left alone the longer the less it says, and not at all in a flood.
func TestPausesFollowTheStream(t *testing.T) {
	for _, test := range []struct {
		perSecond int // bytes
		want      time.Duration
	}{
		{1, maxPause}, {100_000, maxPause}, {327_000, maxPause},
		{1_638_400, 10 * time.Millisecond}, {8_192_000, 2 * time.Millisecond}, {100_000_000, 0},
	} {
		pause := firstPause
		for range 20 {
			last := max(pause, minPause)
			pause = nextPause(last, int(float64(test.perSecond)*last.Seconds()))
		}
		if difference := pause - test.want; difference < -time.Millisecond/10 || difference > time.Millisecond/10 {
			t.Errorf("at %d bytes a second the pause is %v, want %v", test.perSecond, pause, test.want)
		}
	}
}
