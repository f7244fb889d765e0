package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checked is what "agents-tray check" prints about a services file.
func checked(t *testing.T, file string) (string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "services.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	root := commands()
	root.SetArgs([]string{"check", "--config", path})
	root.SetOut(&out)
	root.SetErr(&out)
	err := root.Execute()
	return out.String(), err
}

func TestCheck(t *testing.T) {
	out, err := checked(t, `services:
  dashboard: {builtin: dashboard}
  web: {command: 'stubsvc --port {port}', listen: 127.0.0.1:9000, depends_on: {dashboard: started, db: ready}, optional: true}
  db: {command: [stubsvc], optional: true}
`)
	const want = `NAME       COMMAND                LISTEN          DEPENDS ON
dashboard  (built in)             127.0.0.1:7861  -
web        stubsvc --port {port}  127.0.0.1:9000  dashboard started, db ready
db         stubsvc                -               -
`
	if err != nil || out != want {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = checked(t, "services: {web: {comand: stubsvc}}")
	if err == nil || !strings.Contains(out, "services.yaml:1:18: services.web.comand: ") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestQuitSaysWhatItCutsOff(t *testing.T) {
	var out bytes.Buffer
	root := commands()
	root.SetArgs([]string{"quit", "--help"})
	root.SetOut(&out)
	if err := root.Execute(); err != nil || !strings.Contains(out.String(), "cut off, as by a signal") || !strings.Contains(out.String(), "agents-tray do quit") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
