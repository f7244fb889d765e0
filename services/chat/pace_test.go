package chat

import (
	"net/http"
	"strings"
	"testing"
)

// A paragraph of 200 kB once went over the wire, and to the disk, twenty times a second.
func TestALongParagraphIsSentAsOftenAsItsLengthAllows(t *testing.T) {
	for _, size := range []int{0, 1000, 20_000, 200_000, 2_000_000} {
		pause := max(minGrowthInterval, pace(size))
		if rate := float64(size) / pause.Seconds(); rate > paceRate+1 {
			t.Errorf("%d bytes each %v are %.0f a second", size, pause, rate)
		}
	}
	if pace(10_000) > minGrowthInterval {
		t.Errorf("a usual paragraph waits %v", pace(10_000))
	}
}

// It arrives as a whole, and is on the disk when it ends.
func TestALongParagraphArrives(t *testing.T) {
	a, model := serveWithModel(t)
	conversation := a.begin("a long one")
	turn := model.Next(t)
	word := strings.Repeat("word ", 200)
	for range 200 {
		turn.Say(word)
	}
	turn.Finish("stop")
	if m := a.finished(conversation); len(m.Text) != 200*len(word) {
		t.Errorf("%d bytes of %d: %+v", len(m.Text), 200*len(word), m.Problem)
	}
	if status, page := a.request("GET", "/c/"+conversation, nil); status != http.StatusOK || !strings.Contains(page, "word word") {
		t.Errorf("%d", status)
	}
}
