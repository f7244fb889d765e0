package config

import (
	"strings"
	"testing"
)

// The platform's own options reach its services, where the file does not say otherwise.
func TestOptionsAboutMLflow(t *testing.T) {
	for command, test := range map[string]struct {
		options Options
		want    string
	}{
		"configurable-agents dashboard":                 {Options{MLflowURI: "http://ml:5000"}, "configurable-agents dashboard --mlflow-uri http://ml:5000"},
		"/v/bin/configurable-agents dashboard":          {Options{MLflowPort: 5001}, "/v/bin/configurable-agents dashboard --mlflow-uri http://127.0.0.1:5001"},
		"configurable-agents ui":                        {Options{MLflowPort: 5001}, "configurable-agents ui --mlflow-port 5001"},
		"configurable-agents dashboard --mlflow-uri x:": {Options{MLflowURI: "http://ml:5000"}, "configurable-agents dashboard --mlflow-uri x:"},
		"configurable-agents chat":                      {Options{MLflowURI: "http://ml:5000"}, ""},
		"my-web":                                        {Options{MLflowPort: 5001}, ""},
	} {
		test.options.File = write(t, "services: {a: {command: '"+command+"'}}")
		services, err := Services(test.options, Locate())
		if test.want == "" {
			if err == nil || !strings.Contains(said(err), "init --python") {
				t.Errorf("%s: %v", command, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", command, err)
		} else if got := strings.Join(services[0].Command, " "); got != test.want {
			t.Errorf("%s became %s", command, got)
		}
	}
}
