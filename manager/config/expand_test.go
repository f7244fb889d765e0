package config

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	t.Setenv("SET", "value")
	t.Setenv("EMPTY", "")
	t.Setenv("NESTED", "${SET}")
	for text, want := range map[string]string{
		"":                                "",
		"no variable":                     "no variable",
		"${SET}":                          "value",
		"a ${SET}${SET} b":                "a valuevalue b",
		"${EMPTY}":                        "",
		"${EMPTY:-x}":                     "x",
		"${AGENTS_UNSET:-x y}":            "x y",
		"${AGENTS_UNSET:-}":               "",
		"${AGENTS_UNSET:-${SET}/z}":       "value/z",
		"${AGENTS_UNSET:-${EMPTY:-{}}}":   "{}",
		"${SET:-x}":                       "value",
		"${NESTED}":                       "${SET}", // what is filled in is not looked at
		"$${SET}":                         "${SET}",
		"$$ $ $SET pa$$word {port} {SET}": "$$ $ $SET pa$$word {port} {SET}", // as in files of before
	} {
		if got, err := expand(text); got != want || err != nil {
			t.Errorf("%q became %q, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"${AGENTS_UNSET}":           "AGENTS_UNSET is not set",
		"${SET":                     "not closed",
		"${}":                       "neither ${NAME}",
		"${1A}":                     "neither ${NAME}",
		"${SET:?no}":                "neither ${NAME}",
		"${SET/a/b}":                "neither ${NAME}",
		"${SET:-${AGENTS_UNSET}}":   "", // the default is not needed
		"${UNSET_A:-${UNSET_B}}":    "UNSET_B is not set",
		"${UNSET_A:-${UNSET_B:-a}":  "not closed",
		strings.Repeat("${A:-", 3):  "not closed",
		"${ÄB}":                     "neither ${NAME}",
		"${SET }":                   "neither ${NAME}",
		"\x00${AGENTS_UNSET}\x00\n": "AGENTS_UNSET is not set",
	} {
		_, err := expand(text)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(said(err), want)) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Variables are filled in where the manual says so, and nowhere else.
func TestVariablesOfTheFile(t *testing.T) {
	t.Setenv("PORT", "9000")
	t.Setenv("FOLDER", "a folder")
	d, err := parse("services.yaml", "/files", []byte(`services:
  web:
    title: ${PORT}
    command: ./my-web --port ${PORT} --data "${FOLDER}/x" ${FOLDER} '${PORT}' --level=${LEVEL:-info}
    dir: ${FOLDER}
    env: {URL: "http://127.0.0.1:${PORT}", "${PORT}": b}
    env_file: ${PORT}.env
    listen: 127.0.0.1:${PORT}
    url: http://127.0.0.1:${PORT}/
    ready: {log: "${PORT}"}
  list:
    command: [my-web, "${PORT}"]
`))
	if err != nil {
		t.Fatal(err)
	}
	services, _ := d.contents()
	if len(d.faults) > 0 {
		t.Fatal(d.err())
	}
	web := services[0]
	command := []string{"./my-web", "--port", "9000", "--data", "a folder/x", "a folder", "${PORT}", "--level=info"}
	for what, got := range map[string][2]string{
		"title":    {web.Title, "${PORT}"},
		"command":  {strings.Join(web.Command, "|"), strings.Join(command, "|")},
		"dir":      {web.Dir, filepath.FromSlash("/files/a folder")},
		"env":      {strings.Join(web.Env, "|"), "URL=http://127.0.0.1:9000|${PORT}=b"},
		"env_file": {web.EnvFile, filepath.FromSlash("/files/a folder/9000.env")},
		"listen":   {web.Listen, "127.0.0.1:9000"},
		"url":      {web.URL, "http://127.0.0.1:9000/"},
		"ready":    {web.Ready.Log, "${PORT}"},
		"a list":   {strings.Join(services[1].Command, "|"), "my-web|${PORT}"},
	} {
		if filepath.VolumeName(got[0]) == "" && got[0] != got[1] {
			t.Errorf("%s is %q, not %q", what, got[0], got[1])
		}
	}
}

// What stands for a part of listen stands for nothing without it.
func TestPlaceholdersWithoutListen(t *testing.T) {
	for service, want := range map[string]string{
		`{command: "my-web --port {port}"}`:                                  "services.a.command: {port} stands for a part of listen",
		`{command: [my-web, "-l{listen}"]}`:                                  "services.a.command: {listen} stands",
		`{command: my-web, env: {PORT: "{port}"}}`:                           "services.a.env: {port} stands",
		`{command: [my-web, "{fd}"]}`:                                        "services.a.command: {fd} stands",
		`{command: [my-web, "{port}"], listen: "127.0.0.1:9000"}`:            "",
		`{command: [my-web, "{}", "{ports}", "{x: 1}", "${port}", "{{a}}"]}`: "",
	} {
		_, err := Services(Options{File: write(t, "services: {a: "+service+"}")}, Locate())
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(said(err), want)) {
			t.Errorf("%s: %v", service, err)
		}
	}
}
