package chat

import (
	"bufio"
	"database/sql"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"agents-tray/services/chat/history"
	"agents-tray/services/chat/modeltest"
	"agents-tray/services/web/webtest"

	_ "github.com/ncruces/go-sqlite3/driver"
)

func TestNewOpensNothing(t *testing.T) {
	database := filepath.Join(t.TempDir(), "state", "chat.db")
	_, closer := New(Options{Database: database})
	if _, err := os.Stat(filepath.Dir(database)); err == nil {
		t.Error("the folder was made before anything was asked for")
	}
	if err := closer.Close(); err != nil {
		t.Error(err)
	}
}

func TestRestartKeepsTheConversation(t *testing.T) {
	before, model := serveWithModel(t)
	id := before.begin("Hello?")
	model.Next(t).Answer("Hello", ".")
	before.finished(id)
	before.stop()

	after := serve(t, before.Database)
	status, page := after.request("GET", "/c/"+id, nil)
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	webtest.Contains(t, page, "Hello?", "<p>Hello.</p>", "tiny")
	after.post("/api/conversations/"+id+"/messages", map[string]string{"text": "More"})
	turn := model.Next(t)
	if len(turn.Messages) != 3 || turn.Messages[1].Content != "Hello." || turn.Messages[1].Role != "assistant" || !turn.Stream || turn.Model != "tiny" {
		t.Errorf("asked %+v", turn)
	}
	turn.Answer("Yes.")
	if m := after.finished(id); m.Text != "Yes." || m.State != history.Complete {
		t.Errorf("got %+v", m)
	}
}

func TestStopInTheMiddleIsAnInterruption(t *testing.T) {
	before, model := serveWithModel(t)
	id := before.begin("Count")
	turn := model.Next(t)
	turn.Say("one ", "two")
	before.written(id, "one two")
	before.stop()
	turn.Left()

	after := serve(t, before.Database)
	if m := after.last(id); m.Text != "one two" || m.State != history.Interrupted {
		t.Fatalf("got %+v", m)
	}
	_, page := after.request("GET", "/c/"+id, nil)
	webtest.Contains(t, page, "was interrupted because the Chat ended", `data-retry="continue"`, `data-retry="again"`)

	after.post("/api/conversations/"+id+"/continue", map[string]int64{"message": after.last(id).ID})
	turn = model.Next(t)
	if n := len(turn.Messages); n != 3 || turn.Messages[1].Content != "one two" || turn.Messages[2].Content != continuePrompt {
		t.Errorf("asked %+v", turn.Messages)
	}
	turn.Answer(" three")
	if m := after.finished(id); m.Text != "one two three" || m.State != history.Complete {
		t.Errorf("got %+v", m)
	}

	after.post("/api/conversations/"+id+"/again", map[string]int64{"message": after.last(id).ID})
	turn = model.Next(t)
	if n := len(turn.Messages); n != 1 || turn.Messages[0].Content != "Count" {
		t.Errorf("asked %+v", turn.Messages)
	}
	turn.Answer("1 2 3")
	if m := after.finished(id); m.Text != "1 2 3" || m.State != history.Complete {
		t.Errorf("got %+v", m)
	}
}

func TestKillInTheMiddleKeepsWhatWasWritten(t *testing.T) {
	model := modeltest.New(t, "tiny")
	a := serve(t, "") // for its client; its own server is not used
	database := filepath.Join(t.TempDir(), "chat.db")
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), serveEnvironment+"="+database)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill(); command.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	a.url = strings.TrimSpace(line)
	a.use(model, "")
	id := a.begin("Count")
	turn := model.Next(t)
	turn.Say("one ", "two")

	subscriber, err := sql.Open("sqlite3", "file:"+filepath.ToSlash(database)+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer subscriber.Close()
	for saved := ""; saved != "one two"; { // within saveInterval
		if err := subscriber.QueryRow("SELECT coalesce(group_concat(text, '' ORDER BY id), '') FROM growth").Scan(&saved); err != nil {
			t.Fatal(err)
		}
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	command.Wait()

	after := serve(t, database)
	if m := after.last(id); m.Text != "one two" || m.State != history.Interrupted {
		t.Errorf("got %+v", m)
	}
}

func TestDamagedDatabaseIsToldAndSetAside(t *testing.T) {
	database := filepath.Join(t.TempDir(), "chat.db")
	if err := os.WriteFile(database, []byte(strings.Repeat("no database at all ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	a := serve(t, database)
	status, page := a.request("GET", "/", nil)
	if status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	webtest.Contains(t, page, "Your earlier conversations could not be read.", "chat-damaged-")
	if status, _ := a.request("DELETE", "/api/notice", nil); status != http.StatusNoContent {
		t.Errorf("status %d", status)
	}
	if _, page := a.request("GET", "/", nil); strings.Contains(page, "set-aside") {
		t.Error("it is still told after it was dismissed")
	}
}

func TestUnusableDatabaseIsTold(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a := serve(t, filepath.Join(folder, "chat.db"))
	status, page := a.request("GET", "/", nil)
	if status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
	webtest.Contains(t, page, "Your conversations cannot be opened.", "chat.db", "Technical detail", "Load again")
	status, answer := a.request("POST", "/api/conversations", map[string]string{"text": "Hello"})
	if status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
	webtest.Contains(t, answer, `"what"`, "cannot be opened")

	if err := os.Remove(folder); err != nil { // as the user would
		t.Fatal(err)
	}
	if status, _ := a.request("GET", "/", nil); status != http.StatusOK {
		t.Errorf("status %d after it was put right", status)
	}
}

// An answer that cannot be saved is shown, with a warning.
func TestAnswerThatCannotBeSavedIsShown(t *testing.T) {
	a, model := serveWithModel(t)
	id := a.begin("Tell me all")
	turn := model.Next(t)
	full, err := sql.Open("sqlite3", a.Database)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	if _, err := full.Exec("CREATE TRIGGER full BEFORE UPDATE ON messages WHEN length(new.text) > 1000 BEGIN SELECT RAISE(ABORT, 'no space'); END"); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("word ", 1000)
	turn.Answer(long)
	m := a.finished(id)
	if m.Text != long || m.Problem == nil || !strings.Contains(m.Problem.What, "could not be saved") {
		t.Errorf("got %d bytes, %+v, %+v", len(m.Text), m.State, m.Problem)
	}
	if _, page := a.request("GET", "/c/"+id, nil); !strings.Contains(page, "word word") {
		t.Error("the answer is not shown")
	}
}

func TestDraftsAreKept(t *testing.T) {
	before, model := serveWithModel(t)
	id := before.begin("Hi")
	model.Next(t).Answer("Hi")
	before.finished(id)
	before.post("/api/drafts", map[string]string{"conversation": id, "text": "half a <sentence>"})
	before.post("/api/drafts", map[string]string{"conversation": "", "text": "a new thought"})
	before.stop()

	after := serve(t, before.Database)
	_, page := after.request("GET", "/c/"+id, nil)
	webtest.Contains(t, page, `half a \u003csentence\u003e`)
	_, page = after.request("GET", "/", nil)
	webtest.Contains(t, page, "a new thought&#34;}]")
	after.begin("a new thought, sent")
	model.Next(t).Answer("ok")
	if _, page = after.request("GET", "/", nil); strings.Contains(page, "a new thought&#34;}]") {
		t.Error("the draft is still there after it was sent")
	}
}

func TestManyConversationsAnswerAtOnce(t *testing.T) {
	a, model := serveWithModel(t)
	var ids []string
	var turns []*modeltest.Turn
	for range maxRunning {
		ids = append(ids, a.begin("Hi"))
		turns = append(turns, model.Next(t))
	}
	if status, answer := a.request("POST", "/api/conversations", map[string]string{"text": "One more"}); status != http.StatusTooManyRequests {
		t.Errorf("status %d %s", status, answer)
	}
	if status, _ := a.request("POST", "/api/conversations/"+ids[0]+"/messages", map[string]string{"text": "And"}); status != http.StatusConflict {
		t.Errorf("status %d", status)
	}
	for i, turn := range turns {
		turn.Answer("answer")
		if m := a.finished(ids[i]); m.Text != "answer" {
			t.Errorf("got %+v", m)
		}
	}
	list, err := a.file.Conversations(100)
	if err != nil || len(list) != maxRunning {
		t.Errorf("%d conversations, %v", len(list), err)
	}
}

func TestDeleteInTheMiddle(t *testing.T) {
	a, model := serveWithModel(t)
	id := a.begin("Hi")
	turn := model.Next(t)
	turn.Say("one")
	if status, _ := a.request("DELETE", "/api/conversations/"+id, nil); status != http.StatusNoContent {
		t.Errorf("status %d", status)
	}
	turn.Left()
	if status, page := a.request("GET", "/c/"+id, nil); status != http.StatusNotFound || !strings.Contains(page, "This conversation is gone.") {
		t.Errorf("status %d", status)
	}
}
