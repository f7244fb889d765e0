package toast

import (
	"encoding/xml"
	"testing"
)

func TestContent(t *testing.T) {
	for name, test := range map[string]struct {
		toast Toast
		want  string
	}{
		"a word": {
			Toast{Title: "Hello"},
			`<toast><visual><binding template="ToastGeneric"><text>Hello</text></binding></visual><audio silent="true"/></toast>`,
		},
		"with buttons": {
			Toast{
				Title: "Chat keeps crashing", Body: "Exit 3.\nIts last line", Urgent: true, Click: "agents-tray:x/0",
				Buttons: []Button{{"Restart", "agents-tray:x/0"}, {"Dismiss", ""}},
			},
			`<toast activationType="protocol" launch="agents-tray:x/0" duration="long">` +
				"<visual><binding template=\"ToastGeneric\"><text>Chat keeps crashing</text><text>Exit 3.\nIts last line</text></binding></visual>" +
				`<actions><action content="Restart" activationType="protocol" arguments="agents-tray:x/0"/>` +
				`<action content="Dismiss" activationType="system" arguments="dismiss"/></actions></toast>`,
		},
		"with any text": {
			Toast{Title: `<b>"R&D"</b>` + "\x00\xff"},
			`<toast><visual><binding template="ToastGeneric"><text>&lt;b&gt;&#34;R&amp;D&#34;&lt;/b&gt;` + "��" + `</text></binding></visual><audio silent="true"/></toast>`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := test.toast.content()
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("it is\n%s\nnot\n%s", got, test.want)
			}
			if err := xml.Unmarshal([]byte(got), &struct{ XMLName xml.Name }{}); err != nil {
				t.Errorf("it is no XML: %v", err)
			}
		})
	}
}
