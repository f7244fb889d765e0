// Package toast shows the messages of Windows 10 and later, which may have buttons and
// stay in the notification center until they are taken back.
//
// A click opens an address of a scheme that belongs to the program, so Windows starts
// it once more, with the address as its last argument. That takes no COM server, and is
// answered long after the program that has shown the toast: see
// https://learn.microsoft.com/windows/apps/design/shell/tiles-and-notifications/toast-desktop-apps
// about "No COM / Stub CLSID".
package toast

import "encoding/xml"

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
	type action struct {
		Label string `xml:"content,attr"`
		Type  string `xml:"activationType,attr"`
		Opens string `xml:"arguments,attr"`
	}
	type actions struct {
		Actions []action `xml:"action"`
	}
	type audio struct {
		Silent bool `xml:"silent,attr"`
	}
	content := struct {
		XMLName  xml.Name `xml:"toast"`
		Type     string   `xml:"activationType,attr,omitempty"`
		Opens    string   `xml:"launch,attr,omitempty"`
		Duration string   `xml:"duration,attr,omitempty"`
		Binding  struct {
			Template string   `xml:"template,attr"`
			Texts    []string `xml:"text"`
		} `xml:"visual>binding"`
		Audio   *audio   `xml:"audio"`
		Actions *actions `xml:"actions"`
	}{}
	content.Binding.Template = "ToastGeneric"
	content.Binding.Texts = []string{t.Title}
	if t.Body != "" {
		content.Binding.Texts = append(content.Binding.Texts, t.Body)
	}
	if t.Click != "" {
		content.Type, content.Opens = "protocol", t.Click
	}
	if t.Urgent {
		content.Duration = "long"
	} else {
		content.Audio = &audio{Silent: true}
	}
	if len(t.Buttons) > 0 {
		content.Actions = &actions{}
	}
	for _, button := range t.Buttons {
		a := action{Label: button.Label, Type: "protocol", Opens: button.Address}
		if button.Address == "" {
			a.Type, a.Opens = "system", "dismiss"
		}
		content.Actions.Actions = append(content.Actions.Actions, a)
	}
	text, err := xml.Marshal(content)
	return string(text), err
}
