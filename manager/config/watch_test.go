package config

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Each way in which people and editors change a file is told, whatever leads to it.
func TestEachWayToChangeTheFileIsTold(t *testing.T) {
	write := func(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }
	replace := func(path, text string) error { // as most editors do
		if err := write(path+"~", text); err != nil {
			return err
		}
		return os.Rename(path+"~", path)
	}
	relink := func(link, to string) error { // as a tool for dotfiles, or a cluster, does
		if err := os.Symlink(to, link+".new"); err != nil {
			return err
		}
		return os.Rename(link+".new", link)
	}
	for name, test := range map[string]struct {
		links  bool
		before func(folder string) error
		change func(folder string) error
	}{
		"written":              {false, nil, func(f string) error { return write(f+"/c/services.yaml", "b") }},
		"replaced":             {false, nil, func(f string) error { return replace(f+"/c/services.yaml", "b") }},
		"replaced again":       {false, func(f string) error { return replace(f+"/c/services.yaml", "b") }, func(f string) error { return replace(f+"/c/services.yaml", "c") }},
		"removed":              {false, nil, func(f string) error { return os.Remove(f + "/c/services.yaml") }},
		"back":                 {false, func(f string) error { return os.Remove(f + "/c/services.yaml") }, func(f string) error { return write(f+"/c/services.yaml", "b") }},
		"its folder replaced":  {false, func(f string) error { return os.Rename(f+"/c", f+"/old") }, func(f string) error { return os.Mkdir(f+"/c", 0o700) }},
		"a link's target":      {true, nil, func(f string) error { return write(f+"/real/services.yaml", "b") }},
		"the target replaced":  {true, nil, func(f string) error { return replace(f+"/real/services.yaml", "b") }},
		"a link to another":    {true, nil, func(f string) error { return relink(f+"/c/services.yaml", f+"/other.yaml") }},
		"the link's folder":    {true, nil, func(f string) error { return relink(f+"/data", f+"/real2") }},
		"a file for the link":  {true, nil, func(f string) error { return replace(f+"/c/services.yaml", "b") }},
		"a link that was lost": {true, func(f string) error { return os.Remove(f + "/data") }, func(f string) error { return os.Symlink(f+"/real", f+"/data") }},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for _, made := range []string{"c", "real", "real2"} {
				must(t, os.Mkdir(filepath.Join(folder, made), 0o700))
				must(t, write(filepath.Join(folder, made, "services.yaml"), "a"))
			}
			must(t, write(filepath.Join(folder, "other.yaml"), "other"))
			if test.links { // c/services.yaml → data/services.yaml, data → real
				must(t, os.Symlink(filepath.Join(folder, "real"), filepath.Join(folder, "data")))
				must(t, relink(filepath.Join(folder, "c/services.yaml"), "../data/services.yaml"))
			}
			changed, err := Watch(t.Context(), filepath.Join(folder, "c", "services.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			wait := func(what string) {
				t.Helper()
				select {
				case <-changed:
				case <-time.After(20 * time.Second):
					t.Fatalf("%s was not told", what)
				}
			}
			if test.before != nil {
				must(t, test.before(folder))
				wait("the change before")
				for quiet := false; !quiet; { // the rest of what belongs to it
					select {
					case <-changed:
					case <-time.After(50 * time.Millisecond):
						quiet = true
					}
				}
			}
			must(t, test.change(folder))
			wait("it")
		})
	}
}

// A folder that is still to be made is watched for.
func TestAFileWhoseFoldersAreNotThereYet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "services.yaml")
	changed, err := Watch(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, nil, 0o600))
	for end := time.After(20 * time.Second); ; {
		select {
		case <-changed:
			if _, err := os.Stat(path); err == nil {
				return
			}
		case <-end:
			t.Fatal("it was not told")
		}
	}
}

// What others write in the same folder is nobody's business.
func TestOtherFilesAreNotTold(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "services.yaml")
	changed, err := Watch(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	must(t, os.WriteFile(filepath.Join(folder, "tray.json"), []byte("{}"), 0o600))
	select {
	case <-changed:
		t.Error("another file was told")
	case <-time.After(200 * time.Millisecond): // it would have been by then
	}
}

// must ends the test if something that it needs has failed.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
