package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The version is that of the tag, or of the commit, and says if files were changed.
func TestTheVersionComesFromGit(t *testing.T) {
	t.Chdir("../..")
	folder := t.TempDir()
	source, program := filepath.Join(folder, "source"), filepath.Join(folder, "agents-tray")
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	in := func(name string, args ...string) string {
		t.Helper()
		command := exec.Command(name, args...)
		command.Dir = source
		command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GOFLAGS=-buildvcs=true",
			"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b")
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
		return string(out)
	}
	must(t, os.Mkdir(source, 0o700))
	for _, entry := range entries {
		if name := entry.Name(); name != ".git" && name != "dist" && entry.IsDir() {
			err = os.CopyFS(filepath.Join(source, name), os.DirFS(name))
		} else if strings.HasSuffix(name, ".go") || strings.HasPrefix(name, "go.") {
			var data []byte
			if data, err = os.ReadFile(name); err == nil {
				err = os.WriteFile(filepath.Join(source, name), data, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	version := func() string {
		t.Helper()
		in("go", "build", "-trimpath", "-o", program, ".")
		return in(program, "version")
	}
	in("git", "init", "--quiet")
	in("git", "add", ".")
	in("git", "commit", "--quiet", "--message", "All")
	commit := strings.TrimSpace(in("git", "rev-parse", "HEAD"))[:12]
	if got := version(); !regexp.MustCompile(`^agents-tray v0\.0\.0-\d{14}-` + commit + "\ncommit " + commit + " of 20").MatchString(got) {
		t.Errorf("at a commit: %s", got)
	}
	in("git", "tag", "v1.2.3")
	if got := version(); !strings.HasPrefix(got, "agents-tray v1.2.3\n") {
		t.Errorf("at a tag: %s", got)
	}
	must(t, os.WriteFile(filepath.Join(source, "main.go"), append(read(t, "main.go"), "// changed\n"...), 0o600))
	if got := version(); !strings.HasPrefix(got, "agents-tray v1.2.3+dirty\n") || !strings.Contains(got, "not committed") {
		t.Errorf("with changes: %s", got)
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
