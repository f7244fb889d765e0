// Package toast shows the messages of Windows 10 and later, which may have buttons and
// stay in the notification center until they are taken back.
//
// A click opens an address of a scheme that belongs to the program, so Windows starts
// it once more, with the address as its last argument. That takes no COM server, and is
// answered long after the program that has shown the toast: see
// https://learn.microsoft.com/windows/apps/design/shell/tiles-and-notifications/toast-desktop-apps
// about "No COM / Stub CLSID".
package toast

import (
	"html"
	"strings"
	"sync"
	"text/template"
	"unicode/utf8"
)

// A Toast is one message.
type Toast struct {
	// Tag is what tells it from the program's others: one with the same tag takes its
	// place. 16 characters at most, and not empty.
	Tag   string
	Title string
	Body  string
	// Urgent ones are shown longer, and heard.
	Urgent bool
	// Click is the address that a click beside the buttons opens; empty: it only takes
	// the toast away.
	Click   string
	Buttons []Button // five at most
}

// A Button opens an address; without one it only takes the toast away.
type Button struct{ Label, Address string }

// content is the toast as Windows reads it:
// https://learn.microsoft.com/uwp/schemas/tiles/toastschema/schema-root
func (t Toast) content() (string, error) {
	var b strings.Builder
	err := layout().Execute(&b, t)
	return b.String(), err
}

// layout makes the XML. It has a few texts only, for which encoding/xml would add 200 kB to
// the program.
var layout = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("toast").Funcs(template.FuncMap{"text": escape}).Parse(`<toast
	{{- with .Click}} activationType="protocol" launch="{{text .}}"{{end}}
	{{- if .Urgent}} duration="long"{{end}}>` +
		`<visual><binding template="ToastGeneric"><text>{{text .Title}}</text>{{with .Body}}<text>{{text .}}</text>{{end}}</binding></visual>` +
		`{{if not .Urgent}}<audio silent="true"/>{{end}}` +
		`{{with .Buttons}}<actions>{{range .}}<action content="{{text .Label}}"
	{{- if .Address}} activationType="protocol" arguments="{{text .Address}}"{{else}} activationType="system" arguments="dismiss"{{end}}/>{{end}}</actions>{{end}}` +
		`</toast>`))
})

// escape makes any text one of XML, which some characters cannot be in at all.
func escape(text string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return utf8.RuneError
		}
		return r
	}, text))
}
