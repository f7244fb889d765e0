package notify

import (
	"fmt"
	"testing"
	"time"
)

func TestPendingMessages(t *testing.T) {
	began := time.Now()
	at := func(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }
	var l pending
	l.add(Notification{Summary: "too old"}, at(0))
	l.add(Notification{Key: "trouble", Summary: "replaced"}, at(10))
	l.add(Notification{Key: "unclean", Summary: "dropped"}, at(10))
	l.add(Notification{Summary: "first"}, at(20))
	l.add(Notification{Key: "trouble", Summary: "second"}, at(30))
	l.drop("unclean")
	l.drop("")
	summaries := func(messages []Notification) (list []string) {
		for _, n := range messages {
			list = append(list, n.Summary)
		}
		return list
	}
	if got := fmt.Sprint(summaries(l.take(at(70)))); got != "[first second]" {
		t.Errorf("shown late are %s", got)
	}
	for i := range 100 {
		l.add(Notification{Summary: fmt.Sprint(i)}, at(80))
	}
	if got := summaries(l.take(at(80))); len(got) != mostPending || got[mostPending-1] != "99" {
		t.Errorf("shown late are %q", got)
	}
	if left := l.take(at(80)); left != nil {
		t.Errorf("shown twice are %v", left)
	}
}
