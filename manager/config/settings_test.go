package config

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestOtherUsersAreLetInOnlyByTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "services.yaml")
	const services = "services: {dashboard: {builtin: dashboard}, chat: {builtin: chat}, web: {command: stubsvc}}\n"
	for text, want := range map[string]bool{services: false, services + "settings: {other_users: false}": false, services + "settings: {other_users: true}": true} {
		must(t, os.WriteFile(file, []byte(text), 0o600))
		specs, err := Services(Options{File: file}, Folders{State: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range specs {
			want := want && s.Builtin != ""
			if s.OtherUsers != want || slices.Contains(s.Command, "--other-users") != want {
				t.Errorf("%s: %s: %v, %q", text, s.Name, s.OtherUsers, s.Command)
			}
		}
	}
}
