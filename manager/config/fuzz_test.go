package config

import (
	"os"
	"path/filepath"
	"testing"
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
			_ = err.Error() // it can be told
			return
		}
		services, err := doc.services()
		if err != nil {
			_ = err.Error()
			return
		}
		for _, s := range complete(services, Options{}, Folders{State: "/state"}) {
			err := s.Validate()
			if err == nil {
				continue
			}
			if _, placed := doc.locate(err).(*Fault); !placed {
				t.Errorf("without a place: %v", err)
			}
			return
		}
	})
}
