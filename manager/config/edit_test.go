package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// The file that is made for somebody to edit changes nothing, and is made once.
func TestTheFirstFileSaysWhatIsSoWithoutIt(t *testing.T) {
	f := Folders{Config: filepath.Join(t.TempDir(), "config"), State: "/state"}
	without, err := Services(Options{}, f)
	if err != nil {
		t.Fatal(err)
	}
	path, err := Edit(Options{}, f)
	if err != nil || path != f.Services() {
		t.Fatal(path, err)
	}
	with, err := Services(Options{}, f)
	if err != nil || !reflect.DeepEqual(with, without) {
		t.Errorf("with the file %+v, without %+v (%v)", with, without, err)
	}
	must(t, os.WriteFile(path, []byte("services: {}"), 0o600))
	if _, err := Edit(Options{}, f); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "services: {}" {
		t.Errorf("somebody's file is now %q (%v)", text, err)
	}
}

func TestAServicesFileThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	if path, err := Edit(Options{}, Folders{Config: file}); err == nil || !strings.Contains(err.Error(), "services.yaml: ") {
		t.Error(path, err)
	}
}
