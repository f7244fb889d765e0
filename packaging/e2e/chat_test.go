//go:build linux

package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/ncruces/go-sqlite3"

	"agents-tray/manager/control"
	"agents-tray/services/chat/modeltest"
	"agents-tray/services/web/webtest"
)

// Everything is killed while the user types and an answer comes: both are there
// afterwards, and the review leads to them.
func TestKilledWhileAnAnswerComesAndTheUserTypes(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	model := modeltest.New(t, "tiny")
	p := u.launch().ready()
	chat := u.URL(u.Chat)
	post(t, chat+"/api/settings", map[string]string{"address": model.Base(), "model": "tiny"})
	conversation := "/c/" + post(t, chat+"/api/conversations", map[string]string{"text": "Count to three"})["id"]
	model.Next(t).Say("one, two")
	b := webtest.Open(t, 1280, chat+conversation)
	b.Shows("one, two")
	b.Do(chromedp.SendKeys(chromedp.CSS("#text"), "And then to"))
	u.knows("Answer in “Count to three”")
	wait(t, patience, "answer and draft to be saved", func() bool {
		return u.saved("chat.db", `SELECT m.text || coalesce((SELECT group_concat(text, '' ORDER BY id) FROM growth WHERE message = m.id), '') FROM messages AS m WHERE role = 'assistant'`) == "one, two" && u.saved("chat.db", `SELECT text FROM drafts`) == "And then to"
	})
	p.killEverything()

	p = u.launch().ready()
	wait(t, patience, "the terminal to name it", func() bool {
		return strings.Contains(p.Out.String(), "1 workflow was active: Answer in “Count to three”")
	})
	after := webtest.Open(t, 1280, u.URL(u.Dashboard)+"/review")
	after.Shows("Answer in “Count to three”")
	link := webtest.Eval[string](after, `document.querySelector(".workflow a").href`)
	if link != chat+conversation {
		t.Errorf("the review leads to %s", link)
	}
	for _, tab := range []*webtest.Tab{b, after} {
		tab.Allow("net::ERR_", "503") // they outlive what serves them
	}
	after.Do(chromedp.Navigate(link))
	after.Shows("one, two")
	after.Shows("was interrupted because the Chat ended")
	after.Until(`document.getElementById("text").value === "And then to"`)
	after.Click(`[data-retry="continue"]`)
	model.Next(t).Answer(", three")
	after.Shows("one, two, three")
	p.Status("nothing is under way", func(s control.Status) bool { return len(s.Workflows) == 0 })
	p.quit()
}

// saved is the one value of a query to a database in the state folder; "" if it cannot be had.
func (u *user) saved(database, query string) string {
	conn, err := sqlite3.OpenFlags(u.State(database), sqlite3.OPEN_READONLY)
	if err != nil {
		return ""
	}
	defer conn.Close()
	stmt, _, err := conn.Prepare(query)
	if err != nil {
		return ""
	}
	defer stmt.Close()
	if !stmt.Step() {
		return ""
	}
	return stmt.ColumnText(0)
}

// post sends JSON that must be accepted, and returns what is answered.
func post(t *testing.T, url string, body any) (answer map[string]string) {
	t.Helper()
	status, text := webtest.Request(t, "POST", url, body, "Content-Type", "application/json")
	if status >= 300 {
		t.Fatalf("POST %s: %d %s", url, status, text)
	}
	_ = json.Unmarshal([]byte(text), &answer) // nothing, most often
	return answer
}
