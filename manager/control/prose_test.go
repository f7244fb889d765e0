package control

import (
	"encoding/json"
	"testing"

	"agents-tray/manager"
)

// Programs of another version read the sentences that this API has always sent. They are
// sent beside the data, which stays as it is.
func TestProblemsAndExitsAreSentWithTheirSentences(t *testing.T) {
	exit := &manager.Exit{Code: 3}
	problem := &manager.Problem{Kind: manager.CrashLoop, Title: "Chat", Exit: exit}
	status := Status{Snapshot: manager.Snapshot{Services: []manager.Service{{Name: "chat", LastExit: exit, Problem: problem}, {Name: "other"}}}}
	encoded, err := json.Marshal(withProse(status))
	if err != nil {
		t.Fatal(err)
	}
	var old struct {
		Services []struct {
			LastExit *struct{ Words string } `json:"last_exit"`
			Problem  *struct{ Kind, Summary, Cause, Advice string }
		}
	}
	must(t, json.Unmarshal(encoded, &old))
	chat := old.Services[0]
	if chat.LastExit.Words != "ended with an error (exit 3)" || chat.Problem.Kind != "crash-loop" || chat.Problem.Summary != "Chat keeps crashing" ||
		chat.Problem.Cause != "It ended with an error (exit 3)" || chat.Problem.Advice != "Look at its log for the reason, then start it again" {
		t.Errorf("it is sent as %s", encoded)
	}
	if exit.Words != "" || problem.Summary != "" || old.Services[1].Problem != nil {
		t.Errorf("the data was changed: %+v, %+v", exit, problem)
	}
}
