package logs

import (
	"strings"
	"testing"
)

// What programs print before they end, and the line of it that says why.
func TestTheReasonIsFound(t *testing.T) {
	for name, c := range map[string]struct{ printed, want string }{
		"Go":                {"listening\npanic: no model is configured\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:7 +0x1d\nexit status 2", "panic: no model is configured"},
		"Python":            {"INFO: starting\nTraceback (most recent call last):\n  File \"app.py\", line 3, in <module>\n    import nothing\nModuleNotFoundError: No module named 'nothing'", "ModuleNotFoundError: No module named 'nothing'"},
		"Python, chained":   {"Traceback (most recent call last):\nKeyError: 'a'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\nconfigurable_agents.errors.ConfigError: no key", "configurable_agents.errors.ConfigError: no key"},
		"uvicorn":           {"INFO:     Started server process [12]\nERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 7861): address already in use\nINFO:     Waiting for application shutdown.", "ERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 7861): address already in use"},
		"Node":              {"node:internal/modules/cjs/loader:1148\n  throw err;\n  ^\n\nError: Cannot find module './server'\nRequire stack:\n- /app/index.js\n    at Module._resolveFilename (node:internal/modules/cjs/loader:1145:15)\n\nNode.js v20.1.0", "Error: Cannot find module './server'"},
		"Rust":              {"thread 'main' panicked at src/main.rs:2:5:\nno config\nnote: run with `RUST_BACKTRACE=1`", "thread 'main' panicked at src/main.rs:2:5:\nno config"},
		"Java":              {"Exception in thread \"main\" java.lang.RuntimeException: start\n\tat Main.main(Main.java:3)\nCaused by: java.io.IOException: no disk\n\t... 1 more", "Caused by: java.io.IOException: no disk"},
		"nginx":             {"nginx: [emerg] unknown directive \"listn\" in /etc/nginx.conf:3", "nginx: [emerg] unknown directive \"listn\" in /etc/nginx.conf:3"},
		"a shell":           {"sh: 1: ollama: not found", "sh: 1: ollama: not found"},
		"logrus":            {"time=\"2026-01-01\" level=info msg=up\ntime=\"2026-01-01\" level=error msg=\"the model failed to load\"", "time=\"2026-01-01\" level=error msg=\"the model failed to load\""},
		"nothing that says": {"one\ntwo", ""},
		"colours":           {"\x1b[31mpanic: red\x1b[0m", "panic: red"},
	} {
		var lines []Line // whose streams are not known
		for text := range strings.SplitSeq(c.printed, "\n") {
			lines = append(lines, Line{Text: text})
		}
		if got := strings.Join(Reason(lines), "\n"); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	lines := []Line{{Stream: Out, Text: "error: harmless"}, {Stream: Err, Text: "usage: server PORT"}, {Stream: Sys, Text: "exited with error"}}
	if got := Reason(lines[1:]); len(got) != 1 || got[0] != "usage: server PORT" {
		t.Errorf("the last of standard error: %q", got)
	}
}
