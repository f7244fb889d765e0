package words

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"agents-tray/manager"
	"agents-tray/manager/envfile"
	"agents-tray/manager/spec"
)

// Each kind of mistake in a file of variables is said in every language.
func TestEveryMistakeOfAnEnvFileIsSaid(t *testing.T) {
	kinds := constants(t, "../envfile/envfile.go", "Kind")
	for _, kind := range kinds {
		sameInAll(t, kind, envMistakes[envfile.Kind(kind)])
	}
	if len(kinds) != len(envMistakes) {
		t.Errorf("the table has %d rows for %d kinds", len(envMistakes), len(kinds))
	}
}

// What is wrong with an env_file was said in English in the middle of a German sentence.
func TestAnEnvFileIsToldInOneLanguage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.env")
	for text, want := range map[string][2]string{
		"":          {"no such file or directory", "Datei oder Ordner ist nicht da"},
		"A B=1\n":   {":1: a name cannot contain a space", ":1: ein Name kann kein Leerzeichen enthalten"},
		"A=1\nB=\"": {":2: the quote that is opened here is never closed", ":2: das Anführungszeichen, das hier beginnt, wird nie geschlossen"},
	} {
		if text != "" {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := envfile.Read(t.Context(), path, nil)
		if text == "" {
			err = &envfile.Error{Path: path, Err: syscall.ENOENT}
		}
		for language := range Language(Languages) {
			said := language.Mistake(spec.Wrong(spec.EnvFileUnusable, "{detail}", err))
			if !strings.Contains(said, path) || !strings.Contains(said, want[language]) {
				t.Errorf("of %q it says %s", text, said)
			}
		}
	}
	problem := &manager.Problem{Kind: manager.EnvFile, Title: "Web", Path: "x.env", Line: 3, Detail: "mistake nul", Mistake: &envfile.Mistake{Kind: envfile.NUL}}
	if said := German.Report(problem); !strings.Contains(said, "in Zeile 3: ein Wert kann das Zeichen NUL nicht enthalten") {
		t.Errorf("it says %s", said)
	}
}

func TestTheSystemsErrors(t *testing.T) {
	for err, want := range map[error]string{
		syscall.EACCES: "keine Berechtigung", syscall.ENOSPC: "der Datenträger ist voll", syscall.ECONNRESET: syscall.ECONNRESET.Error(),
		fmt.Errorf("open x: %w", fs.ErrPermission): "open x: permission denied",
	} {
		if said := German.Cause(err); said != want {
			t.Errorf("%v is %q", err, said)
		}
		if said := English.Cause(err); said != err.Error() {
			t.Errorf("%v is %q in English", err, said)
		}
	}
}
