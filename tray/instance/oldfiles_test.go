package instance

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"agents-tray/manager/config"
	"agents-tray/manager/spec"
)

// Logs of services that are gone, and records that were set aside, are removed after
// keepOld; nothing else is.
func TestWhatIsOldIsRemoved(t *testing.T) {
	folders := config.Folders{State: filepath.Join(t.TempDir(), "sta[t]e"), Config: t.TempDir(), Runtime: t.TempDir()}
	i := &Instance{started: time.Now(), options: Options{Folders: folders, Contents: config.Contents{Services: []spec.ServiceSpec{{Name: "web"}}}}}
	write := func(name string, age time.Duration) {
		t.Helper()
		path := filepath.Join(folders.State, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, nil, 0o600))
		must(t, os.Chtimes(path, time.Time{}, time.Now().Add(-age)))
	}
	const old, recent = keepOld + time.Hour, keepOld - time.Hour
	for _, name := range []string{"logs/web.log", "logs/web.log.2", "logs/gone.log", "logs/gone.log.1", "logs/notes.txt", "session.db", "session.db.copy",
		"session.db.damaged-20260101-101010.000", "session.db.damaged-20260101-101010.000-journal", "chat-damaged-20260101-101010.000.db"} {
		write(name, old)
	}
	write("logs/lately.log", recent)
	write("session.db.damaged-20261101-101010.000", recent)
	i.removeOld()
	got, _ := fs.Glob(os.DirFS(folders.State), "*")
	logs, _ := fs.Glob(os.DirFS(folders.Logs()), "*")
	got = append(got, logs...)
	want := []string{"chat-damaged-20260101-101010.000.db", "logs", "session.db", "session.db.copy", "session.db.damaged-20261101-101010.000",
		"lately.log", "notes.txt", "web.log", "web.log.2"}
	if !slices.Equal(got, want) {
		t.Errorf("left are %q, want %q", got, want)
	}
}

// A service may be called guard: the guard's log is another file, and that of an earlier
// version moves there.
func TestAServiceCalledGuard(t *testing.T) {
	for _, services := range [][]spec.ServiceSpec{nil, {{Name: "guard", Command: []string{"sleep", "600"}, Restart: spec.Restart{Policy: spec.RestartNever}}}} {
		folders := emptyFolders(t)
		must(t, os.WriteFile(folders.FormerGuardLog(), []byte("trouble\n"), 0o600))
		i, err := Begin(t.Context(), Options{Version: "v1.2.3", Folders: folders, Contents: config.Contents{Services: services}})
		if err != nil {
			t.Fatal(err)
		}
		if err := i.End(context.Background()); err != nil {
			t.Error(err)
		}
		moved, _ := os.ReadFile(folders.GuardLog())
		_, err = os.Stat(folders.FormerGuardLog())
		if isService := services != nil; (string(moved) == "trouble\n") == isService || os.IsNotExist(err) == isService {
			t.Errorf("with %d services the guard's log is %q, and of the former %v", len(services), moved, err)
		}
	}
}
