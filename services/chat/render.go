package chat

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"strconv"
	"sync"
	"time"

	"agents-tray/manager/words"
	"agents-tray/services/chat/history"
	"agents-tray/services/web"
	"agents-tray/services/workflow"
)

//go:embed templates
var templateFiles embed.FS

// templates are parsed by their first use, not at the start of the process.
var templates = sync.OnceValue(func() *template.Template {
	return template.Must(web.Templates(words.English, template.FuncMap{
		"took": took, "terminal": terminal, "thousands": thousands, "json": toJSON, "errors": countErrors,
	}).ParseFS(templateFiles, "templates/*.html"))
})

// took is how long an answer took, or "" for less than a second.
func took(m messageView) string {
	duration := m.Finished.Sub(m.Created)
	if m.Finished.IsZero() || duration < time.Second {
		return ""
	}
	return web.Duration(duration)
}

// thousands is a number with its thousands apart: "12,345".
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func toJSON(v any) (string, error) {
	encoded, err := json.Marshal(v)
	return string(encoded), err
}

// countErrors is how many errors there are, in words.
func countErrors(list []workflow.Finding) string {
	if len(list) == 1 {
		return "1 error"
	}
	return thousands(len(list)) + " errors"
}

// fragment executes one template.
func fragment(name string, data any) (string, error) {
	return web.Fragment(templates(), name, data)
}

// render responds with a page.
func render(w http.ResponseWriter, status int, name string, data any) {
	web.Page(w, status, "Chat", templates(), name, data)
}

// refuse responds to an API request with the status and the problem of err.
func (c *chat) refuse(w http.ResponseWriter, err error) {
	var failure *apiError
	switch {
	case errors.As(err, &failure):
		web.JSON(w, failure.status, failure.problem)
	case errors.Is(err, history.ErrNotFound):
		web.JSON(w, http.StatusNotFound, problem{What: "This conversation is gone.", Why: "It may have been deleted in another window.", Now: "Begin a new one."})
	case errors.Is(err, errWriting):
		web.JSON(w, http.StatusConflict, problem{What: "An answer is still being written here.", Now: "Wait for it or stop it first."})
	case errors.Is(err, errTooMany):
		web.JSON(w, http.StatusTooManyRequests, problem{What: "Too many answers are being written at the same time.", Now: "Wait for one of them or stop it."})
	case errors.Is(err, errClosing):
		web.JSON(w, http.StatusServiceUnavailable, problem{What: "The Chat is closing.", Now: "Start it again from the tray menu."})
	default:
		log.Printf("%v", err)
		web.JSON(w, http.StatusServiceUnavailable, storageProblem(err, c.file.Path()))
	}
}

// apiError is an error with the status and the problem to respond with.
type apiError struct {
	status  int
	problem problem
}

func (r *apiError) Error() string { return r.problem.What }

// maxRequest is the largest body of a request, in bytes.
const maxRequest = 1 << 20

// maxWorkflow is that of a request with a workflow file; no request may have more.
const maxWorkflow = 2 << 20

// read decodes the JSON body of a request. Its error is an *apiError.
func read[T any](w http.ResponseWriter, r *http.Request) (body T, err error) {
	return readAtMost[T](w, r, maxRequest)
}

// readAtMost is read for a body of at most limit bytes.
func readAtMost[T any](w http.ResponseWriter, r *http.Request, limit int64) (body T, err error) {
	err = json.NewDecoder(http.MaxBytesReader(w, r.Body, limit)).Decode(&body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return body, &apiError{http.StatusRequestEntityTooLarge, problem{What: "This message is too long.", Why: fmt.Sprintf("It can hold %d MB.", limit>>20), Now: "Send a part of it."}}
	case err != nil:
		return body, &apiError{http.StatusBadRequest, problem{What: "The request cannot be read.", Now: "Load this page again.", Detail: err.Error()}}
	}
	return body, nil
}
