package guard

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"agents-tray/manager/guard/proctree"
)

// Whatever arrives, reading ends with a message, an error or the end of the pipe; and
// what has been read is written back as the same.
func FuzzMessages(f *testing.F) {
	for _, request := range []Request{
		{Hello: &Hello{Version: Version, Grace: time.Second, Remove: []string{"/tmp/x"}}},
		{Start: &Start{Service: "s", Run: 1, Command: []string{"sh"}, Needs: []string{"t"}, Listen: "127.0.0.1:1", Match: "up", Watchdog: time.Second}},
		{Stop: &Stop{"s", 1, time.Second}}, {Release: &Release{"s"}}, {Members: &MembersRequest{"s", 1}}, {Shutdown: &Shutdown{}}, {},
	} {
		f.Add(encode(request))
	}
	for _, event := range []Event{
		{Ready: &Ready{Version, 1}}, {Started: &Started{"s", 1, 2, time.Unix(1, 0).UTC(), "[::1]:1"}}, {Refused: &Refused{Service: "s", Run: 1, Reason: NoCommand, Error: "x"}},
		{Notice: &Notice{Service: "s", Ready: true, Status: "ä"}}, {Members: &Members{"s", 1, []int{2}, 3}},
		{Exited: &Exited{Service: "s", Code: -1, Signal: "SIGKILL", Lines: []string{"\x00"}}}, {Gone: &Gone{Service: "s", Run: 1, Left: []proctree.LeftProcess{{PID: 2, Name: "x", User: "root", Why: proctree.NotPermitted}}}},
		{Leaving: &Leaving{}}, {Left: &Left{Look: "x"}}, {Fault: &Fault{"x"}},
	} {
		f.Add(encode(event))
	}
	f.Add([]byte(`{"start":{"service":1}}` + "\n"))
	f.Add([]byte(strings.Repeat("[", 1000)))
	f.Fuzz(func(t *testing.T, data []byte) {
		roundTrip[Request](t, data)
		roundTrip[Event](t, data)
	})
}

func roundTrip[M any](t *testing.T, data []byte) {
	var read []M
	_ = messages(bytes.NewReader(data), func(m M) error { read = append(read, m); return nil }) // broken ones are an error
	for _, m := range read {
		line := encode(m)
		var again M
		if err := json.Unmarshal(line, &again); err != nil || bytes.Count(line, []byte("\n")) != 1 {
			t.Fatalf("%q: %v", line, err)
		}
		if !reflect.DeepEqual(encode(again), line) {
			t.Fatalf("%q is written as %q", line, encode(again))
		}
	}
}

// What a service says is merged without trust.
func FuzzParseNotify(f *testing.F) {
	f.Add([]byte("READY=1\nSTATUS=up\nMAINPID=1"))
	f.Add([]byte("WATCHDOG=trigger\nSTOPPING=1"))
	f.Add([]byte("=\n=\n\xff"))
	f.Fuzz(func(t *testing.T, datagram []byte) {
		var n Notice
		parseNotify(datagram, &n)
		if len(n.Status) > 3*maxStatus {
			t.Errorf("a status of %d bytes", len(n.Status))
		}
	})
}

func TestParseNotify(t *testing.T) {
	for datagram, want := range map[string]Notice{
		"READY=1":                             {Ready: true},
		"READY=0\nREADY":                      {},
		"STATUS=loading the model\n":          {Status: "loading the model"},
		"READY=1\nSTATUS=up=yes\nOTHER=1":     {Ready: true, Status: "up=yes"},
		"WATCHDOG=1":                          {Alive: true},
		"WATCHDOG=trigger":                    {Failing: true},
		"STOPPING=1":                          {Stopping: true},
		"MAINPID=1\nERRNO=2\nBARRIER=1":       {},
		"STATUS=" + strings.Repeat("x", 9999): {Status: strings.Repeat("x", maxStatus)},
	} {
		var got Notice
		parseNotify([]byte(datagram), &got)
		if got != want {
			t.Errorf("%.40q reads as %+v", datagram, got)
		}
	}
}
