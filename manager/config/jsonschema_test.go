package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/jsonschema-go/jsonschema"
)

// resolved is the schema as a validator that others have written understands it.
func resolved(t *testing.T) *jsonschema.Resolved {
	t.Helper()
	var schema jsonschema.Schema
	must(t, json.Unmarshal(Schema(), &schema))
	resolved, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return resolved
}

func TestTheSchemaTakesWhatTheReaderTakes(t *testing.T) {
	schema := resolved(t)
	files, err := filepath.Glob("testdata/good/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v of %q", err, files)
	}
	texts := map[string][]byte{}
	for _, file := range files {
		if texts[file], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range Keys() { // as the manual shows it
		texts["the example of "+key.Path] = []byte("services: {a: {" + exampleOf(key) + "}}")
	}
	for name, text := range texts {
		if err := validate(schema, text); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

func TestTheSchemaRefusesMistakes(t *testing.T) {
	schema := resolved(t)
	for _, text := range []string{
		"services: {a: {comand: x}}", "services: {A b: {command: x}}", "services: {a: {open: maybe}}", "services: {a: {ready: {timeout: soon}}}",
		"services: {a: {restart: sometimes}}", "services: {a: {depends_on: {b: done}}}", "service: {}", "services: [a]", "services: {a: {env: [A=b]}}",
		"services: {a: {stop: {signal: WINCH}}}", "services: {a: {health: {failures: many}}}",
	} {
		if validate(schema, []byte(text)) == nil {
			t.Errorf("%s is taken", text)
		}
	}
}

func validate(schema *jsonschema.Resolved, text []byte) error {
	var data any
	if err := yaml.Unmarshal(text, &data); err != nil {
		return err
	}
	return schema.Validate(data)
}

// exampleOf is a key with its example, below the keys above it.
func exampleOf(key Key) string {
	path, line := key.Path, key.Example
	for {
		dot := strings.LastIndexByte(path, '.')
		if dot < 0 {
			return path + ": " + line
		}
		path, line = path[:dot], "{"+path[dot+1:]+": "+line+"}"
	}
}
