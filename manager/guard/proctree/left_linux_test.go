package proctree

import (
	"os/exec"
	"slices"
	"testing"
)

// What an instance with another folder for its state has started is nothing that is left here:
// it was told as that, and that the next start ends it.
func TestOnlyWhatTheseSessionsHaveStartedIsLeft(t *testing.T) {
	pids := map[string]int{}
	for _, session := range []string{"OURS", "THEIRS", "OURSBUTLONGER"} {
		sleep := exec.Command("/bin/sleep", "60")
		sleep.Env = []string{"A=" + SessionVariable + "=OURS", SessionVariable + "=" + session}
		if err := sleep.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = sleep.Process.Kill() // it may have ended
			_ = sleep.Wait()         // it was killed
		})
		pids[session] = sleep.Process.Pid
	}
	if left := Left([]string{"EARLIER", "OURS"}); !slices.Equal(left, []int{pids["OURS"]}) {
		t.Errorf("left are %v of %v", left, pids)
	}
}
