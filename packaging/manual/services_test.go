package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"agents-tray/manager/config"
)

// The services files that manual page and README show are valid, but that the programs in
// them need not be on this computer.
func TestExamplesAreValid(t *testing.T) {
	for _, text := range []string{"services.md", "../../README.md"} {
		content, err := os.ReadFile(text)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for i, block := range strings.Split(string(content), "```") {
			block = strings.TrimPrefix(block, "yaml")
			if i%2 == 0 || !strings.HasPrefix(block, "\nservices:\n") {
				continue
			}
			found = true
			file := filepath.Join(t.TempDir(), "services.yaml")
			if err := os.WriteFile(file, []byte(block), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := config.Services(config.Options{File: file}, config.Folders{State: t.TempDir()})
			var mistakes *config.Mistakes
			if err != nil && !errors.As(err, &mistakes) {
				t.Errorf("%s: %v", text, err)
			}
			if mistakes == nil {
				continue
			}
			for _, fault := range mistakes.Faults {
				if !strings.HasSuffix(fault.Key, ".command") {
					t.Errorf("%s: %v", text, fault)
				}
			}
		}
		if !found {
			t.Errorf("%s shows no services file", text)
		}
	}
}

func TestPageHasEveryKey(t *testing.T) {
	page := servicesPage()
	for _, key := range config.Keys() {
		if !strings.Contains(page, "\n**"+key.Path+"**: ") {
			t.Errorf("%s is not on the page", key.Path)
		}
	}
}
