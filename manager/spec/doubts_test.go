package spec

import (
	"strings"
	"testing"
)

func TestDoubts(t *testing.T) {
	for command, test := range map[string]struct{ listen, want string }{
		"configurable-agents dashboard":                   {"", "command: mistake open-to-all"},
		"/venv/bin/configurable-agents ui --host 0.0.0.0": {"", "command: mistake open-to-all"},
		"configurable-agents chat --host=0.0.0.0":         {"", "command: mistake open-to-all"},
		"configurable-agents chat --host 127.0.0.1":       {"", ""},
		"python -m configurable-agents dashboard":         {"", "command: mistake open-to-all"},
		"configurable-agents run flow.yaml":               {"", ""},
		"configurable-agents dashboard --host 127.0.0.1":  {"127.0.0.1:7861", "listen: mistake binds-itself [{program} configurable-agents"},
		"uvicorn app:app":                                 {"127.0.0.1:9000", "listen: mistake could-take-socket [{program} uvicorn"},
		"uvicorn app:app --fd {fd}":                       {"127.0.0.1:9000", ""},
		"uvicorn app:app --port 9000":                     {"", ""},
		"/usr/bin/python3 -m http.server 9000":            {"127.0.0.1:9000", "listen: mistake binds-itself [{program} http.server"},
		"python3 -m my_server":                            {"127.0.0.1:9000", ""},
		"my-web --port {port}":                            {"127.0.0.1:9000", ""},
		"mlflow server --port 5000":                       {"127.0.0.1:5000", "mistake binds-itself [{program} mlflow {address} 127.0.0.1:5000"},
		"ssh -N -L 127.0.0.1:8888:127.0.0.1:8888 gpu-box": {"127.0.0.1:8888", "listen: mistake binds-itself [{program} ssh"},
		"sh -c 'configurable-agents dashboard'":           {"", ""},
	} {
		if test.listen != "" && !HandsOver {
			continue
		}
		err := Doubts([]ServiceSpec{{Name: "a", Command: strings.Fields(command), Listen: test.listen}, {Name: "b", Builtin: "chat"}, {Name: "c"}})
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v", command, err)
		}
	}
}
