package dashboard

import (
	"embed"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"

	"agents-tray/manager/control"
	"agents-tray/manager/logs"
	"agents-tray/manager/words"
	"agents-tray/services/web"
)

//go:embed templates
var templateFiles embed.FS

// templates holds one set for each page: the page itself and layout.html.
var templates = sync.OnceValue(makeTemplates)

func makeTemplates() map[string]*template.Template {
	shared := template.Must(web.Templates(language, template.FuncMap{
		"clock":       func(t time.Time) string { return t.Local().Format(time.TimeOnly) },
		"day":         func(t time.Time) string { return t.Local().Format(time.DateOnly) },
		"lines":       func(lines []string) string { return logs.Plain(strings.Join(lines, "\n")) },
		"launcher":    launcher,
		"interrupted": language.Interrupted,
		"lang":        language.Tag,
		"scriptWords": language.ScriptWords,
		"ownTitle":    func() string { return ownTitle },
		"own":         own,
	}).ParseFS(templateFiles, "templates/layout.html", "templates/actions.html", "templates/figures.html"))
	sets := make(map[string]*template.Template)
	for _, page := range []string{"home", "runs", "log", "crash", "review", "history", "session", "problem"} {
		set := template.Must(shared.Clone())
		sets[page] = template.Must(set.ParseFS(templateFiles, "templates/"+page+".html"))
	}
	return sets
}

// language is that of all pages.
var language words.Language

// SetLanguage has the pages speak a language; without it that is English. It must be called
// before they are served.
func SetLanguage(l words.Language) { language = l }

// say is what the pages say; see words.Language.Page.
func say(english string, values ...any) string { return language.Page(english, values...) }

// ownTitle is the title that the services file gives the Dashboard.
var ownTitle = "Dashboard"

// SetTitle has the pages carry the title that the services file gives the Dashboard; "" leaves
// it as it is. It must be called before the pages are served.
func SetTitle(title string) {
	if title != "" {
		ownTitle = title
	}
}

// own is how a sentence that begins with the Dashboard begins.
func own() string {
	if ownTitle == "Dashboard" {
		return say("The Dashboard")
	}
	return ownTitle
}

// page is what the layout needs of every page.
type page struct {
	Title string
	Here  string // path of the navigation entry that is this page
}

// problemPage shows a problem instead of the page that was requested.
type problemPage struct {
	page
	control.Problem
}

// renderProblem responds with a page that shows a problem.
func renderProblem(w http.ResponseWriter, status int, page page, problem control.Problem) {
	render(w, status, "problem", problemPage{page, problem})
}

// fragment executes one template of a page's set.
func fragment(set, name string, data any) (string, error) {
	return web.Fragment(templates()[set], name, data)
}

// render responds with a page.
func render(w http.ResponseWriter, status int, set string, data any) {
	web.Page(w, status, ownTitle, templates()[set], "layout", data)
}

func notFound(w http.ResponseWriter, _ *http.Request) {
	renderProblem(w, http.StatusNotFound, page{Title: say("No such page")}, control.Problem{
		What: say("There is no page at this address."),
		Now:  say("Go to the services: they are all on the first page."),
	})
}
