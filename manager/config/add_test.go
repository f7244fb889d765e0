package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

var addition = Addition{
	Name:  "ollama",
	Lines: []string{"# a model server", "ollama:", "  command: [ollama, serve]", "  url: http://127.0.0.1:11434"},
	Flow:  "ollama: {command: [ollama, serve], url: http://127.0.0.1:11434}",
}

// A service is added after the last, as the file is indented, and all else stays.
func TestAServiceIsAdded(t *testing.T) {
	block := func(indent string) string {
		return indent + "# a model server\n" + indent + "ollama:\n" + indent + "  command: [ollama, serve]\n" + indent + "  url: http://127.0.0.1:11434\n"
	}
	for name, test := range map[string]struct{ before, after string }{
		"the first file": {firstFile, strings.Replace(firstFile, "    builtin: chat\n", "    builtin: chat\n"+block("  "), 1)},
		"deep":           {"services:\n    a: {command: x}\n", "services:\n    a: {command: x}\n" + block("    ")},
		"no last line":   {"services:\n  a:\n    command: x", "services:\n  a:\n    command: x\n" + block("  ")},
		"Windows":        {"services:\r\n  a: {command: x}\r\n", "services:\r\n  a: {command: x}\r\n" + strings.ReplaceAll(block("  "), "\n", "\r\n")},
		"a mark":         {"\ufeffservices:\n  a: {command: x}\n", "\ufeffservices:\n  a: {command: x}\n" + block("  ")},
		"settings after": {
			"services:\n  a:\n    command: x # why\n    # of a\n\n# of all\nsettings:\n  db_url: sqlite:///x.db\n",
			"services:\n  a:\n    command: x # why\n    # of a\n" + block("  ") + "\n# of all\nsettings:\n  db_url: sqlite:///x.db\n",
		},
		"a text of lines": {
			"services:\n  a:\n    command: >-\n      x\n\n      # y\n", "services:\n  a:\n    command: >-\n      x\n\n      # y\n" + block("  "),
		},
		"braces":       {"services: {a: {command: x}}\n", "services: {a: {command: x}, " + addition.Flow + "}\n"},
		"a mark first": {"\ufeffservices: {a: {command: x}}\n", "\ufeffservices: {a: {command: x}, " + addition.Flow + "}\n"},
		"more braces":  {"{\"services\": {\n  \"ä\": 1,\n}}", ""},
		"a last comma": {"services: {\n  a: {command: x},\n}\n", "services: {\n  a: {command: x}, " + addition.Flow + "}\n"},
		"JSON":         {`{"services": {"a": {"command": ["x"]}}}`, `{"services": {"a": {"command": ["x"]}, ` + addition.Flow + `}}`},
		"a remark":     {"services: {\n  a: {command: x} # last\n}\n", ""},
		"a mistake":    {"services:\n  a: {comand: x}\n", ""},
		"there is one": {"services:\n  ollama: {command: x}\n", ""},
		"nothing":      {"", ""},
		"no services":  {"services:\nsettings:\n  db_url: sqlite:///x.db\n", ""},
		"an alias":     {"services: &s\n  a: {command: x}\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "services.yaml")
			must(t, os.WriteFile(path, []byte(test.before), 0o640))
			_, err := Add(Options{File: path}, Folders{}, addition)
			after, unread := os.ReadFile(path)
			if unread != nil {
				t.Fatal(unread)
			}
			want := test.after
			if want == "" {
				want = test.before
			}
			if string(after) != want || (err != nil) != (test.after == "") {
				t.Errorf("%v:\n%s", err, after)
			}
			if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o640 {
				t.Errorf("its mode is %v (%v)", info.Mode(), err)
			}
		})
	}
}

// A file that is a link stays one, and what it leads to is changed.
func TestAServiceIsAddedBehindALink(t *testing.T) {
	folder := t.TempDir()
	real, link := filepath.Join(folder, "dotfiles.yaml"), filepath.Join(folder, "services.yaml")
	must(t, errors.Join(os.WriteFile(real, []byte("services:\n  a: {command: x}\n"), 0o600), os.Symlink(real, link)))
	if _, err := Add(Options{File: link}, Folders{}, addition); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v (%v)", info, err)
	}
	if text, err := os.ReadFile(real); err != nil || !strings.Contains(string(text), "ollama:") {
		t.Errorf("%s (%v)", text, err)
	}
}

// A services file is created with its schema, never over another, and not if it cannot be used.
func TestAServicesFileIsCreatedOnce(t *testing.T) {
	f := Folders{Config: filepath.Join(t.TempDir(), "config")}
	if _, err := Create(Options{}, f, []byte("services:\n  a: {comand: x}\n")); err == nil {
		t.Error("a mistake was written")
	}
	path, err := Create(Options{}, f, []byte("services:\n  a: {command: x}\n"))
	if err != nil || path != f.Services() {
		t.Fatal(path, err)
	}
	if _, err := os.Stat(filepath.Join(f.Config, SchemaFile)); err != nil {
		t.Error(err)
	}
	if _, err := Create(Options{}, f, []byte("services:\n  b: {command: x}\n")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("once more: %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "services:\n  a: {command: x}\n" {
		t.Errorf("%s (%v)", text, err)
	}
	left, err := os.ReadDir(f.Config)
	if err != nil || len(left) != 2 {
		t.Errorf("left are %v (%v)", left, err)
	}
}
