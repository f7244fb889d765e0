package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"agents-tray/manager/control"
	"agents-tray/services/web"
	"agents-tray/sessiondb/platform"
)

// retryLocked is when a database that was locked is read again, even if nothing changes.
const retryLocked = 5 * time.Second

// runsQuery is what a page shows of the platform's runs.
type runsQuery struct {
	State platform.RunState
	Name  string
	Page  int // from 0
}

// maxPage bounds the pages that are asked for by their number.
const maxPage = 10_000

func parseRunsQuery(r *http.Request) runsQuery {
	page, _ := strconv.Atoi(r.FormValue("page")) // anything else is the first
	return runsQuery{platform.RunState(r.FormValue("status")), r.FormValue("name"), min(max(page-1, 0), maxPage)}
}

// runs shows what runs in the platform and has run.
func (d *dashboard) runs(w http.ResponseWriter, r *http.Request) {
	query := parseRunsQuery(r)
	status, err := d.client.Status(r.Context())
	if err != nil {
		renderProblem(w, http.StatusServiceUnavailable, runsFrame(), unreachable(err))
		return
	}
	v := runsView{page: runsFrame(), Query: query, Computer: unmeasured}
	v.read(status)
	render(w, http.StatusOK, "runs", v)
}

// runsEvents streams the same while the page is open: as "page" events, and the figures of
// the computer as "usage".
func (d *dashboard) runsEvents(w http.ResponseWriter, r *http.Request) {
	query := parseRunsQuery(r)
	d.relay(w, r, func(s *stream) { d.relayRuns(s, query) }, d.relayUsage)
}

func (d *dashboard) relayRuns(s *stream, query runsQuery) {
	d.relayPlatform(s, func(*control.Status, error) {}, func(status control.Status, err error) <-chan time.Time {
		v := runsView{Query: query, Computer: unmeasured}
		if err != nil {
			v.Lost = new(unreachable(err))
		} else {
			v.read(status)
		}
		s.showRuns(v)
		return dueAgain(v.Now)
	})
}

func (s *stream) showRuns(v runsView) { s.sendPage("runs", v, pageEvent{Title: runsFrame().Title}) }

// followPlatform wakes the caller after each change of the platform's database.
func (d *dashboard) followPlatform(path string) (changed <-chan struct{}, leave func()) {
	if path == "" {
		return nil, func() {}
	}
	d.platforms.Lock()
	defer d.platforms.Unlock()
	feed := d.platforms.feeds[path]
	if feed == nil {
		feed = &source{}
		feed.work = func(ctx context.Context) {
			watcher, err := platform.Follow(path, func() bool { feed.Tell(); return false })
			if err != nil {
				return // the page shows what was there when it was opened
			}
			<-ctx.Done()
			_ = watcher.Close() // it has only read
		}
		d.platforms.feeds[path] = feed
	}
	return feed.listen()
}

// platforms are the databases that pages follow, by path.
type platforms struct {
	sync.Mutex
	feeds map[string]*source
}

func runsFrame() page { return page{Title: say("Workflows"), Here: "/runs"} }

// runsView is the content of the page.
type runsView struct {
	page
	Query     runsQuery
	Lost      *control.Problem // why nothing is known; else nil
	Connected bool
	File      string
	Trouble   *control.Problem // with the database
	Now       platform.Overview
	Runs      []runView
	Computer  computer
}

var unmeasured = computer{CPU: -1, Memory: -1}

// read reads what the query asks for.
func (v *runsView) read(status control.Status) {
	if status.Platform == "" {
		return
	}
	v.Connected, v.File = true, status.Platform
	query := queryOf(status)
	query.State, query.Name, query.Page = v.Query.State, v.Query.Name, v.Query.Page
	v.Now = platform.Read(status.Platform, query)
	v.Trouble = troubleOf(v.Now.Trouble)
	links := map[string]string{}
	for _, w := range status.Workflows {
		if w.Source == platform.Source {
			_, links[w.ID] = placeOf(w.Source, w, status.Snapshot)
		}
	}
	for _, r := range v.Now.Runs {
		v.Runs = append(v.Runs, viewOfRun(r, links[r.ID], query.Since))
	}
}

// troubleOf describes why the platform's database does not tell all; nil: it does.
func troubleOf(t platform.Trouble) *control.Problem {
	switch t.Kind {
	case "":
		return nil
	case platform.Missing:
		return &control.Problem{
			What: say("The Python platform has made no database yet."), Why: say("There is no file {file}.", "{file}", t.File),
			Now: say("It comes with the first run or agent. If the platform uses another file, name that one in settings: db_url."),
		}
	case platform.Foreign:
		return &control.Problem{
			What: say("This is no database of the Python platform."), Why: say("{file} has none of its tables.", "{file}", t.File),
			Now: say("Name the platform's file in settings: db_url."),
		}
	case platform.Locked:
		return &control.Problem{
			What: say("The platform's database is locked."), Why: say("Another program holds {file} for longer than usual.", "{file}", t.File),
			Now: say("What follows may be incomplete. It is read again by itself."),
		}
	case platform.Damaged:
		return &control.Problem{
			What: say("The platform's database is damaged."), Why: say("{file} cannot be read as a database.", "{file}", t.File),
			Now: say("Stop the platform, and put the file aside or restore a copy."), Detail: t.Detail,
		}
	}
	return &control.Problem{
		What: say("The platform's database cannot be read."), Why: say("{file} could not be opened.", "{file}", t.File),
		Now: say("See whether you may read that file."), Detail: t.Detail,
	}
}

// runView is a run as the page shows it.
type runView struct {
	platform.Record
	Tone   tone
	Word   string
	Link   string // URL of its own page, if the service that has it runs
	Dead   string // why it is taken for dead
	Head   string // first line of Error
	Longer bool   // Error has more
}

// runStateWords describe each state of a run.
var runStateWords = map[platform.RunState]stateWord{
	platform.Active:    {busy, "Running"},
	platform.Completed: {good, "Completed"},
	platform.Failed:    {bad, "Failed|run"},
	platform.Cancelled: {idle, "Cancelled"},
	platform.Dead:      {bad, "Dead"},
}

const shownError = 160 // characters of an error that are shown without a click

func viewOfRun(r platform.Record, link string, since time.Time) runView {
	said, known := runStateWords[r.State]
	if !known {
		said = stateWord{idle, cmp.Or(r.Status, say("Not known"))}
	}
	v := runView{Record: r, Tone: said.tone, Word: say(said.word), Link: link}
	if r.State == platform.Active && strings.EqualFold(r.Status, "pending") {
		v.Word = say("Waiting")
	}
	if r.State == platform.Dead {
		v.Dead = say("It was under way before this session began, at {time}, and nothing was recorded of it since.", "{time}", web.Exact(since))
	}
	v.Head, _, v.Longer = strings.Cut(r.Error, "\n")
	if runes := []rune(v.Head); len(runes) > shownError {
		v.Head, v.Longer = string(runes[:shownError])+"…", true
	}
	return v
}

// Lasted is how long the run took, or "".
func (v runView) Lasted() string {
	switch {
	case v.Duration <= 0:
		return ""
	case v.Duration < time.Second:
		return fmt.Sprintf("%d ms", v.Duration.Milliseconds())
	case v.Duration < 10*time.Second:
		return language.Number(v.Duration.Seconds(), 1) + " s"
	}
	return web.Duration(v.Duration)
}

// Price is the cost in dollars, or "" if none was recorded.
func (v runView) Price() string {
	if v.Cost == 0 {
		return ""
	}
	return say("${cost}", "{cost}", language.Number(v.Cost, 4))
}

// Count is the number of tokens with spaces between thousands, or "".
func (v runView) Count() string {
	if v.Tokens == 0 {
		return ""
	}
	digits := strconv.FormatInt(v.Tokens, 10)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "\u202f" + digits[at:]
	}
	return digits
}

// States are the choices of the filter.
func (v runsView) States() []stateChoice {
	choices := []stateChoice{{"", say("All"), v.Query.State == ""}}
	for _, state := range []platform.RunState{platform.Active, platform.Completed, platform.Failed, platform.Cancelled, platform.Dead} {
		choices = append(choices, stateChoice{state, say(runStateWords[state].word), v.Query.State == state})
	}
	return choices
}

type stateChoice struct {
	Value    platform.RunState
	Word     string
	Selected bool
}

// First and Last are the numbers of the runs that are shown, from 1.
func (v runsView) First() int { return v.Query.Page*platform.PageSize + 1 }
func (v runsView) Last() int  { return v.Query.Page*platform.PageSize + len(v.Runs) }

// Newer and Older are the addresses of the pages beside this one, or "".
func (v runsView) Newer() string {
	if v.Query.Page == 0 {
		return ""
	}
	return v.Query.address(min(v.Query.Page-1, (max(1, v.Now.Matching)-1)/platform.PageSize))
}

func (v runsView) Older() string {
	if v.Last() >= v.Now.Matching || len(v.Runs) == 0 {
		return ""
	}
	return v.Query.address(v.Query.Page + 1)
}

func (q runsQuery) address(page int) string {
	values := url.Values{}
	if q.State != "" {
		values.Set("status", string(q.State))
	}
	if q.Name != "" {
		values.Set("name", q.Name)
	}
	if page > 0 {
		values.Set("page", strconv.Itoa(page+1))
	}
	if len(values) == 0 {
		return "/runs"
	}
	return "/runs?" + values.Encode()
}

// Percent is a figure of the computer.
func (c computer) Percent(value float64) string {
	if value < 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", value)
}
