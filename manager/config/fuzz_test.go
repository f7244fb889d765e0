package config

import (
	"os"
	"path/filepath"
	"testing"

	"agents-tray/manager/spec"
)

// Whatever stands in a file, reading it ends with an error or with specifications that
// are valid.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	installed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := parse("services.yaml", "/folder", data)
		if err != nil {
			_ = said(err) // it can be told
			return
		}
		services, _ := doc.contents()
		specs := complete(services, Options{}, Folders{State: "/state"}, Settings{})
		wrong := spec.ValidateAll(specs)
		if err := doc.addErrors(wrong); err != nil {
			t.Errorf("without a place: %v", err)
		}
		if err := doc.err(); err != nil {
			_ = said(err) // the same
		} else if wrong != nil {
			t.Errorf("it waits for nothing: %v", wrong)
		}
	})
}
